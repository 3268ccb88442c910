import { describe, expect, it } from "vitest";
import { controlTargets, homeRelays, relaysTowards } from "../../agent/mesh/home-relays.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { announced, ENDPOINTS, RELAY, testHost } from "../registry/network.ts";
import { rosterOf } from "./samples.ts";

const id = (letter: string): MemberId => letter as MemberId;
const ids = (letters: string): readonly MemberId[] => Array.from(letters, id);

describe("whom a member keeps control connections with", () => {
  it("are the three best volunteers, and one neighbour beside them", () => {
    expect(controlTargets(ids("vwxy"), ids("cab"))).toEqual(ids("vwxa"));
  });

  it("are four members with a path where there are no volunteers, always the same ones", () => {
    expect(controlTargets([], ids("fedcba"))).toEqual(ids("abcd"));
  });

  it("names nobody twice: a volunteer has a path, too", () => {
    expect(controlTargets(ids("b"), ids("abc"))).toEqual(ids("bac"));
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
