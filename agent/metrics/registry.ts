import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { DURATION_BUCKETS_SEC, type DurationBucket } from "./relay-tally.ts";
import type { MetricsView, RelayView } from "./view.ts";

const PATHS = ["direct", "relayed", "none"] as const;

/**
 * The agent's metrics in Prometheus' names (R-701). Labels are few and fixed: no member, address or allocation is one, so that
 * a mesh of a thousand costs as many series as one of two. All is taken from the view at the scrape.
 */
export class AgentMetrics {
  readonly #registry = new Registry();
  readonly #info = this.#gauge("hopwire_info", "Always 1; the version is the label.", ["version"]);
  readonly #member = this.#gauge("hopwire_member", "1 where this host runs as a member of a network.");
  readonly #peers = this.#gauge("hopwire_peers", "Other members by the path to them.", ["path"]);
  readonly #handshakeAge = this.#gauge(
    "hopwire_peer_handshake_age_seconds",
    "Age of WireGuard's last handshake, over all peers that had one.",
    ["stat"],
  );
  readonly #rtt = this.#gauge(
    "hopwire_peer_rtt_seconds",
    "Round trip over the overlay, over all peers on that path.",
    ["path", "stat"],
  );
  readonly #records = this.#gauge("hopwire_registry_records", "Signed records that are held.");
  readonly #volunteering = this.#gauge("hopwire_relay_volunteering", "1 where this host relays for others.");
  readonly #relayInfo = this.#gauge("hopwire_relay_info", "Always 1 while it relays.", [
    "region",
    "forwarder",
  ]);
  readonly #allocations = this.#gauge("hopwire_relay_allocations", "Pairs that are relayed for now.");
  readonly #maxAllocations = this.#gauge(
    "hopwire_relay_allocations_max",
    "Pairs that may be relayed for at once.",
  );
  readonly #legs = this.#gauge("hopwire_relay_legs", "Ends of these pairs whose address is known.");
  readonly #quota = this.#gauge(
    "hopwire_relay_quota_used_ratio",
    "0 to 1, the largest of all allocations that have a quota.",
  );
  readonly #bandwidth = this.#gauge(
    "hopwire_relay_bandwidth_used_ratio",
    "0 to 1, the largest of all allocations that have a limit, over half a minute.",
  );
  readonly #bandwidthLimit = this.#gauge(
    "hopwire_relay_bandwidth_limit_bytes_per_second",
    "Of all allocations together; 0 is no limit.",
  );
  readonly #month = this.#gauge("hopwire_relay_month_used_bytes", "Relayed in this calendar month (UTC).");
  readonly #monthLimit = this.#gauge(
    "hopwire_relay_month_limit_bytes",
    "That are relayed in a calendar month; 0 is no limit.",
  );
  readonly #opened = this.#counter("hopwire_relay_allocations_total", "Allocations that began.");
  readonly #ended = this.#counter(
    "hopwire_relay_allocations_ended_total",
    "Allocations that ended; the reason failed is an error of their port.",
    ["reason"],
  );
  readonly #requests = this.#counter(
    "hopwire_relay_requests_total",
    "Members' requests, by what they were answered: ok, or why not.",
    ["request", "result"],
  );
  readonly #bytes = this.#counter("hopwire_relay_bytes_total", "UDP payload relayed, both ways together.");
  readonly #packets = this.#counter("hopwire_relay_packets_total", "Datagrams relayed, both ways together.");
  readonly #drops = this.#counter("hopwire_relay_dropped_packets_total", "Datagrams not relayed.", [
    "reason",
  ]);
  readonly #rateLimited = this.#counter(
    "hopwire_relay_rate_limited_packets_total",
    "Of the dropped ones those above an allocation's bandwidth.",
  );
  readonly #duration = new Histogram({
    name: "hopwire_relay_allocation_duration_seconds",
    help: "How long allocations lasted that have ended.",
    buckets: [...DURATION_BUCKETS_SEC],
    registers: [this.#registry],
  });
  readonly #admitted = this.#counter(
    "hopwire_relay_guard_admitted_total",
    "Requests for an allocation, and handshakes of unknown sources, that the guard let through.",
    ["asked"],
  );
  readonly #refused = this.#counter(
    "hopwire_relay_guard_refused_total",
    "Those that it refused; the reason rate-limited is a hit of a limit.",
    ["asked", "reason"],
  );
  readonly #withheld = this.#counter(
    "hopwire_relay_guard_answers_withheld_total",
    "Answers that were not sent because they would have amplified.",
  );
  readonly #unanswered = this.#counter(
    "hopwire_relay_guard_legs_unanswered_total",
    "Legs that were sent much and said nothing; their allocations ended.",
  );
  readonly #blocked = this.#counter(
    "hopwire_relay_guard_legs_blocked_total",
    "Legs at addresses that newer lists do not admit; their allocations ended.",
  );
  readonly #hookFailures = this.#counter(
    "hopwire_relay_guard_hook_failures_total",
    "Requests to the abuse hook that it answered with neither yes nor no.",
  );
  readonly #cpu = this.#counter("process_cpu_seconds_total", "CPU time of the agent.", ["mode"]);
  readonly #memory = this.#gauge("process_resident_memory_bytes", "Resident memory of the agent.");
  readonly #heap = this.#gauge("nodejs_heap_size_used_bytes", "Heap that V8 uses.");
  #durationsSeen: readonly DurationBucket[] = [];
  readonly #uptime = this.#gauge("hopwire_uptime_seconds", "Since the start of the agent.");

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Every metric by name, for who checks what reads them. */
  get names(): readonly string[] {
    return this.#registry.getMetricsAsArray().map(({ name }) => name);
  }

  /** The exposition; `view` must be newer than the last one. */
  async render(view: MetricsView): Promise<string> {
    this.#info.set({ version: view.version }, 1);
    this.#member.set(view.isMember ? 1 : 0);
    this.#records.set(view.registryRecords);
    this.#setPeers(view.peers);
    this.#setRelay(view.relay);
    this.#setProcess();
    return this.#registry.metrics();
  }

  #setPeers(peers: MetricsView["peers"]): void {
    setStats(
      this.#handshakeAge,
      {},
      peers.flatMap(({ handshakeAgeSec }) => handshakeAgeSec ?? []),
    );
    for (const path of PATHS) {
      const there = peers.filter((peer) => peer.path === path);
      this.#peers.set({ path }, there.length);
      if (path === "none") continue;
      const rttsSec = there.flatMap(({ rttMs }) => (rttMs === null ? [] : rttMs / 1000));
      setStats(this.#rtt, { path }, rttsSec);
    }
  }

  #setRelay(relay: RelayView | undefined): void {
    const { running, totals, guard } = relay ?? {};
    this.#volunteering.set(running === undefined ? 0 : 1);
    this.#relayInfo.reset();
    if (running !== undefined)
      this.#relayInfo.set({ region: running.region, forwarder: running.forwarder }, 1);
    this.#allocations.set(running?.allocations ?? 0);
    this.#maxAllocations.set(running?.maxAllocations ?? 0);
    this.#legs.set(running?.legs ?? 0);
    this.#quota.set(running?.quotaRatio ?? 0);
    this.#bandwidth.set(running?.bandwidthRatio ?? 0);
    this.#bandwidthLimit.set((running?.bandwidthBps ?? 0) / 8);
    this.#month.set(running?.monthBytes ?? 0);
    this.#monthLimit.set(running?.monthlyBytes ?? 0);
    if (totals !== undefined) this.#setTotals(totals);
    if (guard !== undefined) this.#setGuard(guard);
  }

  #setTotals(totals: RelayView["totals"]): void {
    setCounter(this.#opened, [[{}, totals.opened]]);
    setCounter(this.#bytes, [[{}, totals.bytes]]);
    setCounter(this.#packets, [[{}, totals.packets]]);
    setCounter(
      this.#drops,
      labelled(totals.drops, (reason) => ({ reason })),
    );
    setCounter(this.#rateLimited, [[{}, totals.drops.get("over-rate") ?? 0]]);
    setCounter(
      this.#ended,
      labelled(totals.endedByReason, (reason) => ({ reason })),
    );
    setCounter(
      this.#requests,
      labelled(totals.answers, (answer) => {
        const [request = "", result = ""] = answer.split(" ");
        return { request, result };
      }),
    );
    this.#observeDurations(totals.durations);
  }

  /** Each as the mean of those that are new in its bucket: their places, number and sum are exact. */
  #observeDurations(buckets: readonly DurationBucket[]): void {
    for (const [i, bucket] of buckets.entries()) {
      const last = this.#durationsSeen[i];
      // Fewer than before: this host has joined another network.
      const seen = last === undefined || bucket.count < last.count ? { count: 0, sumMs: 0 } : last;
      const count = bucket.count - seen.count;
      for (let n = 0; n < count; n++) this.#duration.observe((bucket.sumMs - seen.sumMs) / count / 1000);
    }
    this.#durationsSeen = buckets;
  }

  #setGuard(guard: RelayView["guard"]): void {
    setCounter(this.#admitted, [
      [{ asked: "allocation" }, guard.allocationsAdmitted],
      [{ asked: "connection" }, guard.connectionsAdmitted],
    ]);
    setCounter(this.#refused, [
      ...labelled(guard.allocationsRefused, (reason) => ({ asked: "allocation", reason })),
      ...labelled(guard.connectionsRefused, (reason) => ({ asked: "connection", reason })),
    ]);
    setCounter(this.#withheld, [[{}, guard.answersWithheld]]);
    setCounter(this.#unanswered, [[{}, guard.legsUnanswered]]);
    setCounter(this.#blocked, [[{}, guard.legsBlocked]]);
    setCounter(this.#hookFailures, [[{}, guard.hookFailures]]);
  }

  #setProcess(): void {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    setCounter(this.#cpu, [
      [{ mode: "user" }, user / 1e6],
      [{ mode: "system" }, system / 1e6],
    ]);
    this.#memory.set(rss);
    this.#heap.set(heapUsed);
    this.#uptime.set(process.uptime());
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] });
  }

  #counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }
}

type Sample<Label extends string> = readonly [
  labels: Readonly<Partial<Record<Label, string>>>,
  value: number,
];

/** What was counted elsewhere: all its samples at once. */
function setCounter<Label extends string>(counter: Counter<Label>, samples: readonly Sample<Label>[]): void {
  counter.reset();
  for (const [labels, value] of samples) counter.inc(labels, value);
}

function labelled<Label extends string>(
  counts: ReadonlyMap<string, number>,
  labels: (key: string) => Sample<Label>[0],
): Sample<Label>[] {
  return [...counts].map(([key, value]) => [labels(key), value]);
}

/** The median and the largest; no sample where there is no value. */
function setStats(
  gauge: Gauge<"path" | "stat"> | Gauge<"stat">,
  labels: Readonly<Record<string, string>>,
  values: readonly number[],
): void {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const max = sorted.at(-1);
  for (const [stat, value] of Object.entries({ median, max })) {
    if (value === undefined) gauge.remove({ ...labels, stat });
    else gauge.set({ ...labels, stat }, value);
  }
}
