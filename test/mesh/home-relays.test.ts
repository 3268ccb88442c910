import { describe, expect, it } from "vitest";
import { controlTargets, homeRelays, relaysTowards } from "../../agent/mesh/home-relays.ts";
import { memberIdOf, type MemberId } from "../../protocol/ids.ts";
import { sha256 } from "../../protocol/keys.ts";
import { announced, ENDPOINTS, RELAY, testHost } from "../registry/network.ts";
import { rosterOf } from "./samples.ts";

const [ME, ...OTHERS] = Array.from({ length: 1_000 }, (_, number) => memberIdOf(sha256(String(number)))) as [
  MemberId,
  ...MemberId[],
];
const [v, w, x, y, ...members] = OTHERS as [MemberId, MemberId, MemberId, MemberId, ...MemberId[]];
const few = members.slice(0, 12);

describe("whom a member keeps control connections with", () => {
  it("are the three best volunteers, and one neighbour beside them", () => {
    const targets = controlTargets(ME, [v, w, x, y], few);
    expect(targets.slice(0, 3)).toEqual([v, w, x]);
    expect(targets).toHaveLength(4);
    expect(few).toContain(targets[3]);
  });

  it("are four members with a path where there are no volunteers, always the same ones", () => {
    expect(controlTargets(ME, [], few)).toHaveLength(4);
    expect(controlTargets(ME, [], few.toReversed())).toEqual(controlTargets(ME, [], few));
  });

  it("are those that are needed for something, too", () => {
    const usual = controlTargets(ME, [v, w, x, y], few);
    expect(controlTargets(ME, [v, w, x, y], few, [y, v])).toEqual([...usual, y]);
  });

  it("names nobody twice: a volunteer has a path, too", () => {
    const targets = controlTargets(ME, [v], [...few, v]);
    expect(new Set(targets).size).toBe(4);
  });

  //
  it("are three members beside the volunteers once home relays do not bring all news any more", () => {
    const counts = [16, 17].map((count) => controlTargets(ME, [v, w, x], members.slice(0, count)).length);
    expect(counts).toEqual([4, 6]);
  });

  it("change by one when a neighbour's path goes", () => {
    const before = controlTargets(ME, [v, w, x], members);
    const without = members.filter((id) => id !== before.at(-1));
    expect(controlTargets(ME, [v, w, x], without).slice(0, -1)).toEqual(before.slice(0, -1));
  });

  it("are in one piece among 1,000, and nobody is chosen by more than fifteen", () => {
    const all = [ME, ...OTHERS];
    const edges = new Map(all.map((id): [MemberId, MemberId[]] => [id, []]));
    for (const id of all) {
      const others = all.filter((other) => other !== id);
      for (const other of controlTargets(id, [v, w, x], others).slice(3)) {
        edges.get(id)?.push(other);
        edges.get(other)?.push(id);
      }
    }
    const reached = new Set([ME]);
    for (const id of reached) for (const next of edges.get(id) ?? []) reached.add(next);
    expect(reached.size).toBe(1_000);
    expect(Math.max(...[...edges.values()].map(({ length }) => length))).toBeLessThanOrEqual(18);
  });
});

describe("relays", () => {
  const [ann, bob, cat] = [testHost(2), testHost(3), testHost(4)];
  const homes = announced({ ...ENDPOINTS, homeRelays: [bob.id] }, cat);
  const draining = announced({ ...RELAY, draining: true }, ann);
  const roster = rosterOf([2, 3, 4], announced(RELAY, ann), announced(RELAY, bob), homes);

  it("are announced as home where they are connected, in an order that does not change by itself", () => {
    const both = homeRelays([bob.id, cat.id, ann.id], roster);
    expect(both).toEqual([ann.id, bob.id].toSorted());
    expect(homeRelays([ann.id, bob.id], roster)).toEqual(both);
    expect(homeRelays([cat.id], roster)).toEqual([]);
  });

  it("towards a peer begin with the ones that it calls its home", () => {
    expect(relaysTowards(cat.id, [ann.id, bob.id], roster)).toEqual([bob.id, ann.id]);
    expect(relaysTowards(testHost(9).id, [ann.id, bob.id], roster)).toEqual([ann.id, bob.id]);
  });

  it("towards a peer are neither itself, nor members that do not volunteer, nor those that drain", () => {
    expect(relaysTowards(ann.id, [ann.id, cat.id], roster)).toEqual([]);
    expect(relaysTowards(cat.id, [ann.id], rosterOf([2, 4], draining))).toEqual([]);
  });
});
