import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RelayStatus } from "../../../agent/admin/contract.ts";
import { EASY_NAT, Mesh } from "../../agent/mesh.ts";
import { Pings } from "../../agent/pings.ts";
import { describeLab } from "../../lab/describe-lab.ts";
import type { Host } from "../../lab/host.ts";

const JUNK = join(import.meta.dirname, "junk.ts");
const JUNK_PER_SEC = 5_000;
const JUNK_SEC = 5;

describeLab("a pair on a relay whose ports are flooded by a stranger", () => {
  let mesh: Mesh;
  let stranger: Host;

  beforeAll(async () => {
    mesh = await Mesh.create("flood", EASY_NAT);
    stranger = await mesh.lab.openHost("stranger");
    await mesh.lab.cutBetween(mesh.natA, mesh.natB);
    await mesh.connect();
    await Promise.all([mesh.a.waitForPath("b", "relayed"), mesh.b.waitForPath("a", "relayed")]);
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  //
  it("loses nothing, and the stranger gets no answer", async () => {
    const { v, a } = mesh;
    const ports = (await a.peer("b")).path.endpoint?.split(":").slice(-1) ?? [];
    expect(ports).toHaveLength(1);
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(25);
    const before = await udpCounters(stranger);
    const args = [JUNK, String(JUNK_PER_SEC), String(JUNK_SEC), v.host.address4, ...ports];
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
});

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
