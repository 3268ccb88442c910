import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { RelayStatus } from "../../../agent/admin/contract.ts";
import { EASY_NAT, Mesh } from "../../agent/mesh.ts";
import { Pings } from "../../agent/pings.ts";
import { describeLab } from "../../lab/describe-lab.ts";
import type { Host } from "../../lab/host.ts";

const JUNK = join(import.meta.dirname, "junk.ts");
const JUNK_PER_SEC = 5_000;
const JUNK_SEC = 5;
/** Each from another /64 of the stranger's own /48: twice as many as the guard has windows for (4,096 and 1,024 shared ones). */
const MANY_PER_SEC = 2_000;
const MANY_SEC = 5;
const METRICS = "127.0.0.1:9820";
/** Windows for as many sources as are kept are 3.3 MB; the rest is V8, which has no reason to tidy up. */
const MAX_GROWTH_BYTES = 32e6;
/** A relay looks at its counters every 2 s, on a busy host every 10 s. */
const COUNTED_MS = 20_000;

describeLab("a pair on a relay whose ports are flooded by a stranger", () => {
  let mesh: Mesh;
  let stranger: Host;

  beforeAll(async () => {
    mesh = await Mesh.create("flood", EASY_NAT);
    stranger = await mesh.lab.openHost("stranger");
    await mesh.lab.cutBetween(mesh.natA, mesh.natB);
    await mesh.connect({ HOPWIRE_METRICS_LISTEN: METRICS });
    await Promise.all([mesh.a.waitForPath("b", "relayed"), mesh.b.waitForPath("a", "relayed")]);
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  //
  it("loses nothing, and the stranger gets no answer", async () => {
    const { v, a } = mesh;
    const port = await relayPort();
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(25);
    const before = await udpCounters(stranger);
    const args = [JUNK, String(JUNK_PER_SEC), String(JUNK_SEC), "-", v.host.address4, port];
    const { stdout, exitCode } = await stranger.run(process.execPath, args, { timeoutMs: 30_000 });
    expect({ exitCode, sent: Number(stdout) }).toEqual({ exitCode: 0, sent: JUNK_PER_SEC * JUNK_SEC });
    const after = await udpCounters(stranger);
    await pings.moreAnswers(25);
    const { lost } = await pings.stop();
    // A relay that did not get the processor in time shows as overflows.
    expect({ lost, overflows: (await udpCounters(v.host)).overflows }).toEqual({ lost: 0, overflows: 0 });

    expect(after.sent - before.sent).toBe(JUNK_PER_SEC * JUNK_SEC);
    expect(after.received - before.received).toBe(0);
    const { allocations } = JSON.parse(await v.must("relay", "status", "--json")) as RelayStatus;
    expect(allocations).toHaveLength(1);
  });

  //
  it("loses nothing to 10,000 sources, of which no more are remembered than may be", async () => {
    const { v, a } = mesh;
    const sent = MANY_PER_SEC * MANY_SEC;
    const port = await relayPort();
    const sources = stranger.address6?.split("::")[0] ?? "";
    await stranger.namespace.configure({ sysctl: { "net.ipv6.ip_nonlocal_bind": 1 } });
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(25);
    const before = await scrape(v.host);
    const args = [JUNK, String(MANY_PER_SEC), String(MANY_SEC), sources, v.host.address6 ?? "", port];
    const { stdout, exitCode } = await stranger.run(process.execPath, args, { timeoutMs: 30_000 });
    expect({ exitCode, sent: Number(stdout) }).toEqual({ exitCode: 0, sent });
    await pings.moreAnswers(25);
    const { lost } = await pings.stop();
    let after = await scrape(v.host);
    const rise = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    const admitted = rise('hopwire_relay_guard_admitted_total{asked="connection"}');
    const refused = rise('hopwire_relay_guard_refused_total{asked="connection",reason="rate-limited"}');
    expect(lost).toBe(0);
    // What waits for a judgement is bounded, too: some may have been dropped before.
    expect(admitted + refused).toBeLessThanOrEqual(sent);
    expect(admitted + refused).toBeGreaterThan(sent / 2);
    // Each that was admitted had its mac1 looked at, and none was passed on.
    await vi.waitFor(async () => {
      after = await scrape(v.host);
      expect(rise('hopwire_relay_dropped_packets_total{reason="wrong-mac1"}')).toBe(admitted);
    }, COUNTED_MS);
    expect(rise("process_resident_memory_bytes")).toBeLessThan(MAX_GROWTH_BYTES);
  });

  async function relayPort(): Promise<string> {
    const port = (await mesh.a.peer("b")).path.endpoint?.split(":").at(-1);
    if (port === undefined) throw new Error("no path");
    return port;
  }
});

/** Samples by name and labels. */
async function scrape(host: Host): Promise<ReadonlyMap<string, number>> {
  const script = `fetch("http://${METRICS}/metrics").then((r) => r.text()).then((t) => process.stdout.write(t))`;
  const { stdout } = await host.run(process.execPath, ["-e", script]);
  const samples = stdout.split("\n").filter((line) => !line.startsWith("#"));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

/** Datagrams of the host, whether a socket took them or not (`Udp` of RFC 4113). */
async function udpCounters(host: Host): Promise<Record<"sent" | "received" | "overflows", number>> {
  const lines = (await host.namespace.must("cat", ["/proc/net/snmp"])).split("\n");
  const [names = "", values = ""] = lines.filter((line) => line.startsWith("Udp:"));
  const value = (name: string): number => Number(values.split(" ")[names.split(" ").indexOf(name)]);
  return {
    sent: value("OutDatagrams"),
    received: value("InDatagrams") + value("NoPorts") + value("InErrors"),
    overflows: value("RcvbufErrors"),
  };
}
