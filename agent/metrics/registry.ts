import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { RelayTally } from "./relay-tally.ts";
import type { MetricsView } from "./view.ts";

const PATHS = ["direct", "relayed", "none"] as const;

/** Seconds: a short call, an evening, and allocations that are kept for days. */
const DURATION_BUCKETS_SEC = [10, 60, 300, 1800, 7200, 28_800, 86_400, 604_800];

/**
 * The agent's metrics in Prometheus' names (R-701). Labels are few and fixed: no member, address or allocation is one, so that
 * a mesh of a thousand costs as many series as one of two. All is taken from the view at the scrape.
 */
export class AgentMetrics {
  readonly #registry = new Registry();
  readonly #tally = new RelayTally();
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
  readonly #allocations = this.#gauge("hopwire_relay_allocations", "Pairs that are relayed for now.");
  readonly #maxAllocations = this.#gauge(
    "hopwire_relay_allocations_max",
    "Pairs that may be relayed for at once.",
  );
  readonly #quota = this.#gauge(
    "hopwire_relay_quota_used_ratio",
    "0 to 1, the largest of all allocations that have a quota.",
  );
  readonly #opened = this.#counter("hopwire_relay_allocations_total", "Allocations that were seen to begin.");
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
    buckets: DURATION_BUCKETS_SEC,
    registers: [this.#registry],
  });
  readonly #cpu = this.#counter("process_cpu_seconds_total", "CPU time of the agent.", ["mode"]);
  readonly #memory = this.#gauge("process_resident_memory_bytes", "Resident memory of the agent.");
  readonly #heap = this.#gauge("nodejs_heap_size_used_bytes", "Heap that V8 uses.");
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

  #setRelay(relay: MetricsView["relay"]): void {
    const allocations = relay?.allocations ?? [];
    this.#volunteering.set(relay === undefined ? 0 : 1);
    this.#allocations.set(allocations.length);
    this.#maxAllocations.set(relay?.maxAllocations ?? 0);
    this.#quota.set(Math.max(0, ...allocations.map(({ quotaRatio }) => quotaRatio ?? 0)));
    const change = this.#tally.look(allocations);
    this.#opened.inc(change.opened);
    this.#bytes.inc(change.bytes);
    this.#packets.inc(change.packets);
    for (const [reason, count] of change.drops) this.#drops.inc({ reason }, count);
    this.#rateLimited.inc(change.drops.get("over-rate") ?? 0);
    for (const ageSec of change.endedAgesSec) this.#duration.observe(ageSec);
  }

  #setProcess(): void {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    this.#cpu.reset();
    this.#cpu.inc({ mode: "user" }, user / 1e6);
    this.#cpu.inc({ mode: "system" }, system / 1e6);
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
