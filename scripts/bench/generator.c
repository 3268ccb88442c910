/*
 * Sends datagrams that look like WireGuard's data packets from one network namespace, receives them in another, and
 * says how many came, how late, and what the relay's CPU had to do meanwhile.
 *
 *     generator NETNS_A ADDRESS_A PORT_A  NETNS_B ADDRESS_B PORT_B  FLOWS GENERATOR_CPU RELAY_CPU
 *
 * Flow i leaves from ADDRESS_A:PORT_A+i; all arrive at ADDRESS_B:PORT_B. Commands, a line each, on standard input:
 *
 *     send a|b FLOW IPV4 PORT HEX   one datagram, to introduce the ends to a relay; answers come as "got a|b FLOW HEX"
 *     to FLOW IPV4 PORT [HEX]       where the flow goes, and what is put before each of its datagrams
 *     run RATE BYTES MILLISECONDS   prints "ran" and JSON
 *
 * One thread sends and receives, spinning, so that a latency is not that of waking up. Packets are due by the clock;
 * those that are due together (at most BATCH) go out on one flow by one sendmmsg, the next ones on the next flow.
 *
 * The relay's CPU time is that of its process and of the softirqs that carry its packets. A veth's receive softirq runs
 * inside the send, on the sender's CPU: so the time in sendmmsg counts. The rest is on the relay's CPU and is measured by
 * soaking up what is left of it: a thread of lower priority reads the clock without pause, and each gap is time that an
 * interrupt, a softirq or the relay's process took. Nothing else sees softirqs in full. The same run without a relay
 * tells what of both is not the relay's. Medians of short windows count, so that a stranger's burst of work does not.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_FLOWS = 10000,
  MAX_PREFIX = 16,
  MAX_BYTES = 1500,
  BATCH = 32,
  /* Real-time, so that whatever else is busy on this machine does not show; the relay's process is above the soaker. */
  PRIORITY = 1,
  /* Header of a data packet (16), run, time sent. */
  MIN_BYTES = 32,
  /* What comes later than this after the last packet was sent counts as lost: a queue is no throughput. */
  DRAIN_NS = 50 * 1000 * 1000,
  SOCKET_BUFFER_BYTES = 32 << 20,
  /* Two readings of the clock are well below this apart, and the shortest interrupt is above it. */
  GAP_NS = 400,
  /* Some hundred packets at the rates that CPU is measured at. */
  WINDOW_NS = 20 * 1000 * 1000,
  MAX_WINDOWS = 3000,
  /* Histogram: 32 buckets for each power of two, so 3 % wide. */
  SUB_BITS = 5,
  BUCKETS = 40 << SUB_BITS,
};

struct flow {
  int socket;
  struct sockaddr_in to;
  uint8_t prefix[MAX_PREFIX];
  size_t prefix_length;
};

struct soak {
  atomic_bool stop;
  uint64_t taken_ns[MAX_WINDOWS];
  size_t windows;
};

static struct flow flows[MAX_FLOWS];
static int flow_count;
static int sink;
static int relay_cpu;
static uint64_t histogram[BUCKETS];
static uint64_t run_number;
static uint64_t sending_ns[MAX_WINDOWS];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static uint64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static cpu_set_t only(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return set;
}

static void pin(int cpu) {
  cpu_set_t set = only(cpu);
  if (sched_setaffinity(0, sizeof set, &set) != 0) die("sched_setaffinity");
}

static void enter(const char *netns) {
  int fd = open(netns, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, CLONE_NEWNET) != 0) die(netns);
  close(fd);
}

static struct sockaddr_in address_of(const char *ip, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, ip, &address.sin_addr) != 1) {
    fprintf(stderr, "not an IPv4 address: %s\n", ip);
    exit(64);
  }
  return address;
}

static int open_socket(const char *ip, int port) {
  struct sockaddr_in address = address_of(ip, port);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int size = SOCKET_BUFFER_BYTES;
  if (fd < 0) die("socket");
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0) die("SO_RCVBUFFORCE");
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) != 0) die("SO_SNDBUFFORCE");
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0) die("bind");
  return fd;
}

static size_t from_hex(const char *text, uint8_t *bytes, size_t limit) {
  size_t length = 0;
  unsigned byte;
  for (; length < limit && sscanf(text + 2 * length, "%2x", &byte) == 1; length++) bytes[length] = (uint8_t)byte;
  return length;
}

static void print_received(int fd, char side, int flow) {
  uint8_t bytes[MAX_BYTES];
  ssize_t length;
  while ((length = recv(fd, bytes, sizeof bytes, 0)) >= 0) {
    printf("got %c %d ", side, flow);
    for (ssize_t i = 0; i < length; i++) printf("%02x", bytes[i]);
    printf("\n");
  }
}

static void take(struct soak *self, uint64_t from, uint64_t to) {
  while (from < to && from / WINDOW_NS < MAX_WINDOWS) {
    uint64_t window = from / WINDOW_NS, end = (window + 1) * WINDOW_NS;
    if (end > to) end = to;
    self->taken_ns[window] += end - from;
    from = end;
  }
}

static void *soak(void *argument) {
  struct soak *self = argument;
  uint64_t start = now_ns(), last = start;
  while (!atomic_load_explicit(&self->stop, memory_order_relaxed)) {
    uint64_t now = now_ns();
    if (now - last > GAP_NS) take(self, last - start, now - start);
    last = now;
  }
  self->windows = (last - start) / WINDOW_NS;
  if (self->windows > MAX_WINDOWS) self->windows = MAX_WINDOWS;
  return NULL;
}

static int ascending(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static double median_share(uint64_t *windows, size_t count) {
  if (count == 0) return 1;
  qsort(windows, count, sizeof *windows, ascending);
  return (double)windows[count / 2] / WINDOW_NS;
}

static unsigned bucket_of(uint64_t ns) {
  if (ns < 1u << SUB_BITS) return (unsigned)ns;
  unsigned shift = 63 - SUB_BITS - (unsigned)__builtin_clzll(ns);
  unsigned bucket = ((shift + 1) << SUB_BITS) + (unsigned)((ns >> shift) & ((1u << SUB_BITS) - 1));
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static double bucket_us(unsigned bucket) {
  unsigned shift = bucket >> SUB_BITS, rest = bucket & ((1u << SUB_BITS) - 1);
  uint64_t ns = shift == 0 ? rest : (uint64_t)((1u << SUB_BITS) + rest) << (shift - 1);
  return (double)ns / 1000;
}

static double percentile_us(uint64_t count, double share) {
  uint64_t seen = 0, wanted = (uint64_t)((double)count * share);
  for (unsigned bucket = 0; bucket < BUCKETS; bucket++) {
    seen += histogram[bucket];
    if (seen > wanted) return bucket_us(bucket);
  }
  return 0;
}

/* Of this run only. What the relay's queues still held of an earlier one is read and passed over. */
static uint64_t receive(void) {
  static uint8_t bytes[BATCH][MAX_BYTES];
  static struct iovec parts[BATCH];
  static struct mmsghdr messages[BATCH];
  for (int i = 0; i < BATCH; i++) {
    parts[i] = (struct iovec){bytes[i], MAX_BYTES};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &parts[i], .msg_iovlen = 1};
  }
  int count = recvmmsg(sink, messages, BATCH, MSG_DONTWAIT, NULL);
  uint64_t now = now_ns(), ours = 0;
  for (int i = 0; i < count; i++) {
    uint64_t run, sent_at;
    if (messages[i].msg_len < MIN_BYTES) continue;
    memcpy(&run, bytes[i] + 16, 8);
    memcpy(&sent_at, bytes[i] + 24, 8);
    if (run != run_number) continue;
    histogram[bucket_of(now - sent_at)]++;
    ours++;
  }
  return ours;
}

/* WireGuard: type 4 as a little-endian u32, receiver's index, counter; then what receive() wants to know, and filler. */
static int send_batch(int number, uint64_t counter, int count, size_t length) {
  static uint8_t bytes[BATCH][MAX_BYTES];
  static struct iovec parts[BATCH][2];
  static struct mmsghdr messages[BATCH];
  struct flow *flow = &flows[number];
  for (int i = 0; i < count; i++) {
    uint32_t type = 4, receiver = (uint32_t)number + 1;
    uint64_t sequence = counter + (uint64_t)i, now = now_ns();
    memcpy(bytes[i], &type, 4);
    memcpy(bytes[i] + 4, &receiver, 4);
    memcpy(bytes[i] + 8, &sequence, 8);
    memcpy(bytes[i] + 16, &run_number, 8);
    memcpy(bytes[i] + 24, &now, 8);
    parts[i][0] = (struct iovec){flow->prefix, flow->prefix_length};
    parts[i][1] = (struct iovec){bytes[i], length};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &flow->to, .msg_namelen = sizeof flow->to, .msg_iov = parts[i], .msg_iovlen = 2};
  }
  int sent = sendmmsg(flow->socket, messages, (unsigned)count, MSG_DONTWAIT);
  if (sent < 0 && errno != EAGAIN && errno != ENOBUFS && errno != ECONNREFUSED) die("sendmmsg");
  return sent < 0 ? 0 : sent;
}

static void run(double rate, size_t length, double milliseconds) {
  static struct soak soaker;
  pthread_t thread;
  uint64_t sent = 0, received = 0, duration = (uint64_t)(milliseconds * 1e6);
  int flow = 0;
  run_number++;
  memset(&soaker, 0, sizeof soaker);
  memset(sending_ns, 0, sizeof sending_ns);
  memset(histogram, 0, sizeof histogram);
  /* It could not move there by itself: this thread does not let go of its own CPU. */
  cpu_set_t set = only(relay_cpu);
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0 || pthread_attr_setaffinity_np(&attributes, sizeof set, &set) != 0 ||
      pthread_create(&thread, &attributes, soak, &soaker) != 0)
    die("pthread_create");
  pthread_attr_destroy(&attributes);

  uint64_t start = now_ns(), now;
  while ((now = now_ns()) - start < duration) {
    uint64_t due = (uint64_t)((double)(now - start) * rate / 1e9) + 1;
    int count = due <= sent ? 0 : due - sent > BATCH ? BATCH : (int)(due - sent);
    if (count > 0) {
      uint64_t window = (now - start) / WINDOW_NS;
      sent += (uint64_t)send_batch(flow, sent, count, length);
      if (window < MAX_WINDOWS) sending_ns[window] += now_ns() - now;
      flow = (flow + 1) % flow_count;
    }
    received += receive();
  }
  uint64_t sending = now - start, end = now;
  atomic_store(&soaker.stop, true);
  while (received < sent && now_ns() - end < DRAIN_NS) received += receive();
  pthread_join(thread, NULL);
  printf("ran {\"sent\":%llu,\"received\":%llu,\"sendingSec\":%.6f,\"senderCpuShare\":%.6f,\"relayCpuShare\":%.6f,"
         "\"p50Us\":%.2f,\"p99Us\":%.2f}\n",
         (unsigned long long)sent, (unsigned long long)received, (double)sending / 1e9,
         median_share(sending_ns, soaker.windows), median_share(soaker.taken_ns, soaker.windows),
         percentile_us(received, 0.5), percentile_us(received, 0.99));
}

static struct flow *flow_named(int number) {
  if (number >= 0 && number < flow_count) return &flows[number];
  fprintf(stderr, "no flow %d\n", number);
  exit(64);
}

static void command(const char *line) {
  char side, ip[64], hex[2 * MAX_BYTES + 1] = "";
  uint8_t bytes[MAX_BYTES];
  int number, port;
  double rate, milliseconds;
  size_t length;
  if (sscanf(line, "send %c %d %63s %d %3000s", &side, &number, ip, &port, hex) == 5) {
    struct sockaddr_in to = address_of(ip, port);
    int from = side == 'a' ? flow_named(number)->socket : sink;
    length = from_hex(hex, bytes, sizeof bytes);
    if (sendto(from, bytes, length, 0, (struct sockaddr *)&to, sizeof to) < 0 && errno != ECONNREFUSED) die("sendto");
  } else if (sscanf(line, "to %d %63s %d %3000s", &number, ip, &port, hex) >= 3) {
    struct flow *flow = flow_named(number);
    flow->to = address_of(ip, port);
    flow->prefix_length = from_hex(hex, flow->prefix, MAX_PREFIX);
  } else if (sscanf(line, "run %lf %zu %lf", &rate, &length, &milliseconds) == 3 && length >= MIN_BYTES &&
             length <= MAX_BYTES) {
    run(rate, length, milliseconds);
  } else {
    fprintf(stderr, "not a command: %s\n", line);
    exit(64);
  }
}

int main(int argc, char **argv) {
  static struct pollfd watched[MAX_FLOWS + 2];
  static char input[1 << 16];
  size_t held = 0;
  if (argc != 10 || (flow_count = atoi(argv[7])) < 1 || flow_count > MAX_FLOWS) {
    fprintf(stderr, "usage: see the comment in generator.c\n");
    return 64;
  }
  struct rlimit files = {MAX_FLOWS + 100, MAX_FLOWS + 100};
  if (setrlimit(RLIMIT_NOFILE, &files) != 0) die("RLIMIT_NOFILE");
  relay_cpu = atoi(argv[9]);
  pin(atoi(argv[8]));
  struct sched_param priority = {.sched_priority = PRIORITY};
  if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0) die("SCHED_FIFO");
  enter(argv[1]);
  for (int i = 0; i < flow_count; i++) {
    flows[i].socket = open_socket(argv[2], atoi(argv[3]) + i);
    watched[i] = (struct pollfd){.fd = flows[i].socket, .events = POLLIN};
  }
  enter(argv[4]);
  sink = open_socket(argv[5], atoi(argv[6]));
  watched[flow_count] = (struct pollfd){.fd = sink, .events = POLLIN};
  watched[flow_count + 1] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};

  for (;;) {
    fflush(stdout);
    if (poll(watched, (nfds_t)flow_count + 2, -1) < 0) die("poll");
    for (int i = 0; i < flow_count; i++) {
      if (watched[i].revents != 0) print_received(flows[i].socket, 'a', i);
    }
    if (watched[flow_count].revents != 0) print_received(sink, 'b', 0);
    if (watched[flow_count + 1].revents == 0) continue;
    ssize_t more = read(STDIN_FILENO, input + held, sizeof input - 1 - held);
    if (more <= 0) return 0;
    held += (size_t)more;
    input[held] = '\0';
    char *line = input, *end;
    while ((end = strchr(line, '\n')) != NULL) {
      *end = '\0';
      command(line);
      line = end + 1;
    }
    held -= (size_t)(line - input);
    memmove(input, line, held);
  }
}
