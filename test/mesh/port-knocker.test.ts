import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { PortKnocker } from "../../agent/mesh/port-knocker.ts";
import { MAX_PROBES } from "../../agent/nat/port-plan.ts";
import { WAIT_MS } from "../../agent/nat/socket-opening.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";

const PEER = "b".repeat(32) as MemberId;
const OTHER = "c".repeat(32) as MemberId;
const ADDRESS = "198.51.100.7";

class Host {
  readonly clock = new FakeClock();
  readonly checked: { readonly peer: MemberId; readonly to: Endpoint }[] = [];
  observed: string | undefined = ADDRESS;
  isDirect = false;
  readonly knocker = new PortKnocker({
    clock: this.clock,
    random: seededRandom(1),
    log: silentLogger,
    ports: {
      observedAddress: () => Promise.resolve(this.observed),
      check: (peer, to) => this.checked.push({ peer, to }),
      isDirect: () => this.isDirect,
    },
  });
}

//
describe("whoever is asked to knock", () => {
  it("tries ports of the address that a volunteer names, the predicted first, and ends by itself", async () => {
    const { clock, knocker, checked } = new Host();
    await knocker.begin(PEER, [40_001, 40_002]);
    await clock.advance(60_000);
    expect(checked.slice(0, 2).map(({ to }) => to.port)).toEqual([40_001, 40_002]);
    expect(checked).toHaveLength(MAX_PROBES);
    expect(new Set(checked.map(({ peer, to }) => `${peer} ${to.address}`)).size).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it.each([undefined, "10.0.0.1", "2001:db8::1"])(
    "sends nothing where a volunteer says %s",
    async (address) => {
      const host = new Host();
      host.observed = address;
      await host.knocker.begin(PEER, [40_001]);
      await host.clock.advance(60_000);
      expect(host.checked).toEqual([]);
    },
  );

  it("stops when a check of the peer comes from that address, and from no other", async () => {
    const { clock, knocker, checked } = new Host();
    await knocker.begin(PEER, []);
    knocker.onCheck(PEER, { address: "203.0.113.9", port: 1 });
    knocker.onCheck(OTHER, { address: ADDRESS, port: 1 });
    await clock.advance(100);
    const tried = checked.length;
    expect(tried).toBeGreaterThan(8);
    knocker.onCheck(PEER, { address: ADDRESS, port: 1 });
    await clock.advance(60_000);
    expect(checked).toHaveLength(tried);
  });

  it("stops when the path is direct, when the member is gone, and at its end", async () => {
    for (const stop of [
      ({ knocker }: Host) => knocker.onDirect(PEER),
      ({ knocker }: Host) => knocker.retain((id) => id !== PEER),
      ({ knocker }: Host) => knocker[Symbol.dispose](),
    ]) {
      const host = new Host();
      await host.knocker.begin(PEER, []);
      stop(host);
      await host.clock.advance(60_000);
      expect(host.checked).toHaveLength(8);
    }
  });

  it("serves one peer at a time, also while it still asks where the peer is", async () => {
    const { clock, knocker, checked } = new Host();
    await Promise.all([knocker.begin(PEER, []), knocker.begin(OTHER, [])]);
    await clock.advance(60_000);
    expect(checked.every(({ peer }) => peer === PEER)).toBe(true);
    await knocker.begin(OTHER, []);
    await clock.advance(60_000);
    expect(checked).toHaveLength(2 * MAX_PROBES);
  });

  it("begins when a direct path is lost, where the peer has noticed that before", async () => {
    for (const [afterMs, tried] of [
      [WAIT_MS - 1, MAX_PROBES],
      [WAIT_MS, 0],
    ] as const) {
      const host = new Host();
      host.isDirect = true;
      await host.knocker.begin(PEER, []);
      await host.clock.advance(afterMs);
      expect(host.checked).toEqual([]);
      host.isDirect = false;
      host.knocker.onLost(OTHER);
      host.knocker.onLost(PEER);
      await host.clock.advance(60_000);
      expect(host.checked).toHaveLength(tried);
    }
  });

  it("does nothing for a peer that has a direct path, and no more than its budget allows", async () => {
    const host = new Host();
    host.isDirect = true;
    await host.knocker.begin(PEER, []);
    expect(host.checked).toEqual([]);
    host.isDirect = false;
    for (let attempt = 0; attempt < 6; attempt++) {
      await host.knocker.begin(PEER, []);
      await host.clock.advance(15_000);
    }
    expect(host.checked).toHaveLength(4 * MAX_PROBES);
  });
});
