import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AgentMetrics } from "../../agent/metrics/registry.ts";
import { DURATION_BUCKETS_SEC, RelayTally } from "../../agent/metrics/relay-tally.ts";
import { monotonicMs } from "../../protocol/time.ts";
import { counts, relayView, view } from "./samples.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const at = monotonicMs;

//
describe("AgentMetrics", () => {
  it("counts peers by path, and tells handshakes and round trips by median and maximum", async () => {
    const text = await new AgentMetrics().render(view());
    expect(text).toContain('hopwire_peers{path="direct"} 2\n');
    expect(text).toContain('hopwire_peers{path="none"} 1\n');
    expect(text).toContain('hopwire_peers{path="relayed"} 0\n');
    expect(text).toContain('hopwire_peer_handshake_age_seconds{stat="max"} 90\n');
    expect(text).toContain('hopwire_peer_rtt_seconds{path="direct",stat="median"} 0.04\n');
    expect(text).not.toContain('path="relayed",stat');
    expect(text).toContain("hopwire_registry_records 9\n");
  });

  it("shows what is relayed now, and keeps its counters when the relay stops", async () => {
    const metrics = new AgentMetrics();
    const tally = new RelayTally();
    tally.count("e", counts({ bytes: 1000, packets: 10, drops: new Map([["over-rate", 3]]) }), 0, at(0));
    tally.end("f", "failed", 1);
    tally.answer("allocate", "relay-full");
    const during = await metrics.render(view({ relay: relayView({ totals: tally.totals() }) }));
    for (const line of [
      'hopwire_relay_info{region="eu-west",forwarder="userspace"} 1',
      "hopwire_relay_allocations 2",
      "hopwire_relay_legs 3",
      "hopwire_relay_quota_used_ratio 0.9",
      "hopwire_relay_bandwidth_used_ratio 0.5",
      "hopwire_relay_bandwidth_limit_bytes_per_second 10000000",
      "hopwire_relay_month_used_bytes 5000000000",
      'hopwire_relay_dropped_packets_total{reason="over-rate"} 3',
      "hopwire_relay_rate_limited_packets_total 3",
      'hopwire_relay_allocations_ended_total{reason="failed"} 1',
      'hopwire_relay_requests_total{request="allocate",result="relay-full"} 1',
    ])
      expect(during).toContain(`${line}\n`);
    tally.end("e", "released", 70_000);
    const after = await metrics.render(
      view({ relay: relayView({ running: undefined, totals: tally.totals() }) }),
    );
    for (const line of [
      "hopwire_relay_volunteering 0",
      "hopwire_relay_allocations 0",
      "hopwire_relay_allocations_total 2",
      "hopwire_relay_bytes_total 1000",
      "hopwire_relay_packets_total 10",
    ])
      expect(after).toContain(`${line}\n`);
    expect(after).not.toContain("hopwire_relay_info{");
  });

  it("shows whom the guard admitted and refused, and how often it was let down", async () => {
    const text = await new AgentMetrics().render(view());
    for (const line of [
      'guard_admitted_total{asked="connection"} 5',
      'guard_refused_total{asked="allocation",reason="rate-limited"} 6',
      'guard_refused_total{asked="connection",reason="address-blocked"} 8',
      "guard_answers_withheld_total 9",
      "guard_legs_unanswered_total 10",
      "guard_legs_blocked_total 11",
      "guard_hook_failures_total 12",
    ])
      expect(text).toContain(`hopwire_relay_${line}\n`);
  });

  it("has each duration in its bucket and their exact sum, over any scrapes", async () => {
    const lasted = fc.array(fc.array(fc.integer({ min: 0, max: 1e9 }), { maxLength: 5 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(lasted, async (scrapes) => {
        const [metrics, tally] = [new AgentMetrics(), new RelayTally()];
        let text = "";
        for (const durations of [...scrapes, []]) {
          for (const ms of durations) tally.end("e", "released", ms);
          text = await metrics.render(view({ relay: relayView({ totals: tally.totals() }) }));
        }
        const all = scrapes.flat();
        const sample = (name: string): number =>
          Number(text.split(`hopwire_relay_allocation_duration_seconds_${name} `)[1]?.split("\n")[0]);
        expect(sample("count")).toBe(all.length);
        expect(sample("sum")).toBeCloseTo(all.reduce((sum, ms) => sum + ms, 0) / 1000, 3);
        for (const boundSec of DURATION_BUCKETS_SEC) {
          const within = all.filter((ms) => ms <= boundSec * 1000).length;
          expect(sample(`bucket{le="${boundSec}"}`)).toBe(within);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("has no more series for many peers than for few", async () => {
    const series = async (count: number): Promise<number> => {
      const peers = Array.from({ length: count }, () => view().peers).flat();
      const text = await new AgentMetrics().render(view({ peers }));
      return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
    };
    expect(await series(500)).toBe(await series(1));
  });
});

type Panel = {
  readonly title: string;
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly { readonly expr: string }[];
};

type Dashboard = {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: string }[] };
};

//
describe("the dashboard", () => {
  const { panels, templating } = JSON.parse(
    readFileSync(join(ROOT, "systemd/hopwire.grafana.json"), "utf8"),
  ) as Dashboard;
  const variables = templating.list.map(({ query }) => query);
  const queries = [...variables, ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))];
  const asked = new Set(
    queries.flatMap((expr) => [...expr.matchAll(/\b(?:hopwire|process|nodejs)_[a-z_]+/g)].map(String)),
  );

  it("asks for nothing that a scrape of a busy volunteer does not have", async () => {
    const tally = new RelayTally();
    tally.count("e", counts({ drops: new Map([["over-rate", 1]]) }), 0, at(0));
    tally.end("e", "released", 1);
    tally.answer("allocate", "ok");
    const text = await new AgentMetrics().render(view({ relay: relayView({ totals: tally.totals() }) }));
    const scraped = new Set(text.split("\n").flatMap((line) => /^[a-z][a-z_]*/.exec(line)?.[0] ?? []));
    expect([...asked].filter((name) => !scraped.has(name))).toEqual([]);
  });

  it("asks for everything that is Hopwire's own", () => {
    const wanted = new AgentMetrics().names.filter((name) => name.startsWith("hopwire_"));
    const has = (name: string): boolean => asked.has(name) || asked.has(`${name}_bucket`);
    expect(wanted.filter((name) => !has(name))).toEqual(["hopwire_uptime_seconds"]);
  });

  it("has a unit, a title of its own and a query in every panel", () => {
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    const bad = panels.filter(
      ({ fieldConfig, targets = [] }) =>
        (fieldConfig?.defaults.unit ?? "") === "" || targets.every(({ expr }) => expr === ""),
    );
    expect(bad).toEqual([]);
  });
});
