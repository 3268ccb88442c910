import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { AgentMetrics } from "../../agent/metrics/registry.ts";
import { allocation, view } from "./samples.ts";

const ROOT = resolve(import.meta.dirname, "../..");

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

  it("shows what is relayed now, and keeps counting when an allocation has ended", async () => {
    const metrics = new AgentMetrics();
    const drops = new Map([["over-rate", 3]]);
    const during = await metrics.render(
      view([allocation({ drops }), allocation({ id: "f", quotaRatio: 0.9 })]),
    );
    expect(during).toContain("hopwire_relay_allocations 2\n");
    expect(during).toContain("hopwire_relay_quota_used_ratio 0.9\n");
    expect(during).toContain('hopwire_relay_dropped_packets_total{reason="over-rate"} 3\n');
    expect(during).toContain("hopwire_relay_rate_limited_packets_total 3\n");
    const after = await metrics.render(view([], { relay: undefined }));
    expect(after).toContain("hopwire_relay_volunteering 0\n");
    expect(after).toContain("hopwire_relay_allocations 0\n");
    expect(after).toContain("hopwire_relay_allocations_total 2\n");
    expect(after).toContain("hopwire_relay_bytes_total 2000\n");
    expect(after).toContain("hopwire_relay_allocation_duration_seconds_count 2\n");
  });

  it("has no more series for many peers and allocations than for few", async () => {
    const series = async (count: number): Promise<number> => {
      const peers = Array.from({ length: count }, () => view().peers).flat();
      const many = Array.from({ length: count }, (_, i) => allocation({ id: String(i) }));
      const text = await new AgentMetrics().render(view(many, { peers }));
      return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
    };
    expect(await series(500)).toBe(await series(1));
  });

  it("has every metric that the dashboard asks for, and the dashboard asks for every one of Hopwire's", () => {
    const dashboard = readFileSync(join(ROOT, "systemd/hopwire.grafana.json"), "utf8");
    const asked = new Set(
      [...dashboard.matchAll(/\b(?:hopwire|process|nodejs)_[a-z_]+/g)].map(([name]) =>
        name.replace(/_bucket$/, ""),
      ),
    );
    const { names } = new AgentMetrics();
    expect([...asked].filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith("hopwire_") && !asked.has(name))).toEqual([
      "hopwire_uptime_seconds",
    ]);
  });
});
