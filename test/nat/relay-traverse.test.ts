import { describe, expect, it } from "vitest";
import { RelayNatTraverse, type RelayEffect, type RelayHints } from "../../agent/nat/relay-traverse.ts";
import { NatTraverse } from "../../agent/nat/traverse.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { at, endpoint, host, PEER, RELAY } from "./samples.ts";

function traversal(hints: Partial<RelayHints> = {}): { direct: NatTraverse; traverse: RelayNatTraverse } {
  const direct = new NatTraverse("checks");
  const traverse = new RelayNatTraverse(direct, {
    directWorkedLast: () => false,
    relaysFor: () => [RELAY],
    ...hints,
  });
  return { direct, traverse };
}

function askedAt(traverse: RelayNatTraverse, fromMs: number, untilMs: number): readonly number[] {
  const times: number[] = [];
  for (let now = fromMs; now <= untilMs;) {
    const asks = traverse.step(at(now)).filter(({ kind }) => kind === "need-relay");
    times.push(...asks.map(() => now));
    const wakeAt = traverse.wakeAt();
    if (wakeAt === undefined) break;
    now = Math.max(now + 1, wakeAt);
  }
  return times;
}

const needRelay: RelayEffect = { kind: "need-relay", peer: PEER, relays: [RELAY] };

//
describe("a traversal that may use relays", () => {
  it("lets through whatever the wrapped one decides, unchanged", () => {
    const bare = new NatTraverse("checks");
    const { direct, traverse } = traversal({ relaysFor: () => [] });
    for (const one of [bare, traverse]) one.add(PEER, [host(1)], at(0));
    for (let now = 0; now < 20_000; now += 7) {
      expect(traverse.step(at(now))).toEqual(bare.step(at(now)));
      expect(traverse.attempts(PEER)).toBe(bare.attempts(PEER));
      expect(traverse.remaining()).toEqual(bare.remaining());
    }
    traverse.directConnected(PEER);
    expect(direct.isFinished()).toBe(true);
    expect(traverse.isFinished()).toBe(true);
  });

  it("asks for a relay at once for a peer that never worked directly", () => {
    const { traverse } = traversal();
    traverse.add(PEER, [], at(0));
    expect(traverse.step(at(0))).toContainEqual(needRelay);
  });

  it("leaves it to a newcomer to begin, and begins itself where nothing comes of that", () => {
    const { traverse } = traversal();
    traverse.add(PEER, [], at(1_000));
    expect(traverse.step(at(999))).toEqual([]);
    expect(traverse.wakeAt()).toBe(1_000);
    const kinds = traverse.step(at(1_000)).map(({ kind }) => kind);
    expect(kinds).toEqual(["signal", "need-relay"]);
  });

  it("checks what a newcomer names at once", () => {
    const { traverse } = traversal();
    traverse.add(PEER, [], at(1_000));
    traverse.setCandidates(PEER, [host(1)], "at-once", at(10));
    expect(traverse.step(at(10)).map(({ kind }) => kind)).toEqual(["send-check"]);
  });

  it("gives a peer that worked directly last time three checks before it asks", () => {
    const { traverse } = traversal({ directWorkedLast: () => true });
    traverse.add(PEER, [host(1)], at(0));
    expect(askedAt(traverse, 0, 149)).toEqual([]);
    expect(traverse.step(at(150))).toContainEqual(needRelay);
  });

  it("ends the head start after 300 ms where there is nothing to check", () => {
    const { traverse } = traversal({ directWorkedLast: () => true });
    traverse.add(PEER, [], at(0));
    expect(askedAt(traverse, 0, 299)).toEqual([]);
    expect(traverse.wakeAt()).toBe(300);
    expect(traverse.step(at(300))).toContainEqual(needRelay);
  });

  it("asks no relay for a peer that connects within its head start", () => {
    const { traverse } = traversal({ directWorkedLast: () => true });
    traverse.add(PEER, [host(1)], at(0));
    traverse.step(at(0));
    traverse.directConnected(PEER);
    expect(askedAt(traverse, 100, 60_000)).toEqual([]);
  });

  it("asks again every second until a relay is there", () => {
    const { traverse } = traversal();
    traverse.add(PEER, [], at(0));
    expect(askedAt(traverse, 0, 3_500)).toEqual([0, 1_000, 2_000, 3_000]);
    traverse.relayConnected(PEER);
    expect(askedAt(traverse, 3_501, 60_000)).toEqual([]);
  });

  it("asks as soon as a relay is known where none was", () => {
    const relays: MemberId[] = [];
    const { traverse } = traversal({ relaysFor: () => relays });
    traverse.add(PEER, [], at(0));
    expect(askedAt(traverse, 0, 100)).toEqual([]);
    relays.push(RELAY);
    traverse.restart(at(150), PEER);
    expect(traverse.step(at(150))).toContainEqual(needRelay);
  });

  it("starts the count of attempts anew when a relay connects, and goes on trying directly", () => {
    const { traverse } = traversal();
    traverse.add(PEER, [host(1)], at(0));
    for (const now of [0, 50, 150]) traverse.step(at(now));
    expect(traverse.attempts(PEER)).toBe(3);
    traverse.relayConnected(PEER);
    expect(traverse.attempts(PEER)).toBe(0);
    expect(traverse.remaining()).toEqual([PEER]);
    expect(traverse.step(at(350))).toContainEqual({ kind: "send-check", peer: PEER, to: endpoint(1) });
    expect(traverse.attempts(PEER)).toBe(1);
  });

  it("asks at once when the relay is lost, whatever worked before", () => {
    const { traverse } = traversal({ directWorkedLast: () => true });
    traverse.add(PEER, [], at(0));
    askedAt(traverse, 0, 400);
    traverse.relayConnected(PEER);
    traverse.relayLost(PEER, at(449));
    expect(traverse.step(at(450))).toContainEqual(needRelay);
  });

  it("replaces a lost standby beside a direct path after half a minute, but asks for none where there never was one", () => {
    const { traverse } = traversal();
    traverse.add(PEER, [], at(0));
    traverse.directConnected(PEER);
    expect(askedAt(traverse, 0, 10_000)).toEqual([]);
    traverse.relayConnected(PEER);
    traverse.relayLost(PEER, at(10_000));
    expect(askedAt(traverse, 10_001, 41_500)).toEqual([40_000, 41_000]);
    expect(traverse.isFinished()).toBe(true);
  });

  it("replaces it at once when the direct path is in doubt, or is lost", () => {
    const { traverse } = traversal();
    traverse.add(PEER, [], at(0));
    traverse.directConnected(PEER);
    traverse.relayConnected(PEER);
    traverse.relayLost(PEER, at(10_000));
    traverse.relayWanted(PEER, at(12_000));
    expect(askedAt(traverse, 10_001, 12_500)).toEqual([12_000]);
    traverse.relayConnected(PEER);
    traverse.relayLost(PEER, at(20_000));
    traverse.directLost(PEER, at(21_000), 2_000);
    expect(traverse.step(at(21_000))).toEqual([needRelay]);
  });

  it("asks for one beside a direct path that is in doubt, and for no second", () => {
    const { traverse } = traversal();
    traverse.add(PEER, [], at(0));
    traverse.directConnected(PEER);
    traverse.relayWanted(PEER, at(0));
    expect(askedAt(traverse, 0, 500)).toEqual([0]);
    traverse.relayConnected(PEER);
    traverse.relayWanted(PEER, at(1_000));
    expect(askedAt(traverse, 1_000, 5_000)).toEqual([]);
  });

  it("asks at once when a direct path is lost, and pursues the next one after the pause", () => {
    const { traverse } = traversal({ directWorkedLast: () => true });
    traverse.add(PEER, [host(1)], at(0));
    traverse.directConnected(PEER);
    traverse.directLost(PEER, at(50_000), 2_000);
    expect(traverse.step(at(50_000))).toEqual([needRelay]);
    expect(traverse.step(at(52_000))).toContainEqual({ kind: "signal", peer: PEER });
  });

  it("forgets a peer that is removed", () => {
    const { traverse } = traversal();
    traverse.add(PEER, [host(1)], at(0));
    traverse.remove(PEER);
    expect(traverse.step(at(0))).toEqual([]);
    expect(traverse.wakeAt()).toBeUndefined();
  });
});
