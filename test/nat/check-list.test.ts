import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_CANDIDATES } from "../../agent/nat/candidate.ts";
import {
  answered,
  checksWakeAt,
  emptyCheckList,
  endedSoon,
  heardFrom,
  mayImprove,
  ROUND_MS,
  SETTLE_MS,
  OPENING_MS,
  startRound,
  stepChecks,
  unanswered,
  type CheckEffect,
  type CheckList,
} from "../../agent/nat/check-list.ts";
import { CheckPace } from "../../agent/nat/check-pace.ts";
import { at, endpoint, host, reflexive } from "./samples.ts";

/** As of a host with no other peer. */
const pace = (): CheckPace => new CheckPace();

type Timed = CheckEffect & { readonly atMs: number };

/** Steps whenever the list says so, up to and including `untilMs`. */
function run(list: CheckList, fromMs: number, untilMs: number): { list: CheckList; effects: Timed[] } {
  const effects: Timed[] = [];
  let current = list;
  for (let now = fromMs; now <= untilMs;) {
    const step = stepChecks(current, pace(), at(now));
    current = step.list;
    effects.push(...step.effects.map((effect) => ({ ...effect, atMs: now })));
    const wakeAt = checksWakeAt(current);
    if (wakeAt === undefined) break;
    expect(wakeAt).toBeGreaterThan(now);
    now = wakeAt;
  }
  return { list: current, effects };
}

const sentTo = (effects: readonly Timed[], number: number): readonly number[] =>
  effects.flatMap((effect) =>
    effect.kind === "send-check" && effect.to.address === endpoint(number).address ? [effect.atMs] : [],
  );

const validated = (effects: readonly Timed[]): readonly string[] =>
  effects.flatMap((effect) =>
    effect.kind === "validated" ? [`${effect.atMs} ${effect.candidate.endpoint.address}`] : [],
  );

// R-401 R-404
describe("a round of checks", () => {
  it("sends the first checks 10 ms apart, best candidate first", () => {
    const { effects } = run(startRound(emptyCheckList, [reflexive(2), host(1)], at(0)), 0, 49);
    expect(effects).toEqual([
      { kind: "send-check", to: endpoint(1), atMs: 0 },
      { kind: "send-check", to: endpoint(2), atMs: 10 },
    ]);
  });

  //
  it("waits as told for the peer to begin, but for checks to addresses that no NAT of the peer has mapped", () => {
    const list = startRound(emptyCheckList, [reflexive(2), host(1)], at(0), "opening", 2_000);
    const { effects } = run(list, 0, 2_010);
    expect(sentTo(effects, 1)[0]).toBe(0);
    expect(sentTo(effects, 2)).toEqual([2_010]);
    const heard = heardFrom(list, endpoint(2), at(25));
    expect(sentTo(run(heard, 25, 30).effects, 2)).toEqual([25]);
  });

  //
  it("that opens sends no check for half a second, but to whom it hears from, and to where no IPv4 NAT is", () => {
    const far = { kind: "host", endpoint: { address: "2001:db8::1", port: 1 } } as const;
    const near = { kind: "host", endpoint: { address: "192.168.1.7", port: 1 } } as const;
    const list = startRound(emptyCheckList, [reflexive(2), reflexive(3), far, near], at(0), "opening");
    const { effects, list: later } = run(list, 0, OPENING_MS - 1);
    const first = new Map(
      effects.toReversed().map((effect) => ["to" in effect ? effect.to.address : "", effect.kind]),
    );
    expect(Object.fromEntries(first)).toEqual({
      [near.endpoint.address]: "send-check",
      [far.endpoint.address]: "send-check",
      [endpoint(2).address]: "send-opener",
      [endpoint(3).address]: "send-opener",
    });
    expect(sentTo(effects, 2)).toEqual([]);
    expect(sentTo(run(later, OPENING_MS, OPENING_MS).effects, 3)).toHaveLength(1);
    expect(sentTo(run(heardFrom(list, endpoint(2), at(0)), 0, 0).effects, 2)).toEqual([0]);
  });

  it("sends again after 50, 100, 200, 300, 500, 500 and then every 1,000 ms, and not a millisecond sooner", () => {
    const list = startRound(emptyCheckList, [host(1)], at(0));
    const due = [0, 50, 150, 350, 650, 1_150, 1_650, 2_650, 3_650];
    expect(sentTo(run(list, 0, 3_700).effects, 1)).toEqual(due);
    let current = stepChecks(list, pace(), at(0)).list;
    for (const dueMs of due.slice(1)) {
      expect(stepChecks(current, pace(), at(dueMs - 1)).effects).toEqual([]);
      const step = stepChecks(current, pace(), at(dueMs));
      expect(step.effects).toHaveLength(1);
      current = step.list;
    }
  });

  it("fails at its end where no pair is valid, and no earlier", () => {
    const { effects, list } = run(startRound(emptyCheckList, [host(1)], at(0)), 0, ROUND_MS - 1);
    expect(effects.every(({ kind }) => kind === "send-check")).toBe(true);
    const last = stepChecks(list, pace(), at(ROUND_MS));
    expect(last.effects).toContainEqual({ kind: "round-failed" });
    expect(last.list).toEqual(emptyCheckList);
    expect(checksWakeAt(last.list)).toBeUndefined();
  });

  it("never holds more than the limit, however many the peer names and wherever requests come from", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 100 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 100 }),
        (named, heard) => {
          let list = startRound(emptyCheckList, named.map(reflexive), at(0));
          for (const number of heard) list = heardFrom(list, endpoint(number), at(1));
          list = startRound(list, named.map(host), at(2));
          expect(list.checks.length).toBeLessThanOrEqual(MAX_CANDIDATES);
        },
      ),
    );
  });
});

//
describe("a pair", () => {
  const started = startRound(emptyCheckList, [host(1), reflexive(2)], at(0));

  it("is valid when the peer was heard and an answer came on the same pair", () => {
    const list = answered(heardFrom(started, endpoint(1), at(5)), endpoint(1), 12, at(20));
    const { effects } = run(list, 20, 100);
    expect(effects).toContainEqual({
      kind: "validated",
      candidate: host(1),
      rttMs: 12,
      atMs: 20 + SETTLE_MS,
    });
  });

  it("is not valid when it was only heard, only answered, or heard and answered on two pairs", () => {
    for (const list of [
      heardFrom(started, endpoint(1), at(5)),
      answered(started, endpoint(1), 12, at(5)),
      answered(heardFrom(started, endpoint(1), at(5)), endpoint(2), 12, at(5)),
    ]) {
      const { effects } = run(list, 5, ROUND_MS);
      expect(validated(effects)).toEqual([]);
      expect(effects.at(-1)?.kind).toBe("round-failed");
    }
  });

  it("takes no answer from an endpoint to which nothing was sent", () => {
    expect(answered(started, endpoint(9), 12, at(5))).toBe(started);
  });

  it("takes no answer when no round is running", () => {
    expect(answered(emptyCheckList, endpoint(1), 12, at(5))).toBe(emptyCheckList);
  });

  it("is checked at once when the peer is heard on it, before its turn", () => {
    const sent = run(started, 0, 10).list;
    const step = stepChecks(heardFrom(sent, endpoint(2), at(12)), pace(), at(12));
    expect(step.effects).toEqual([{ kind: "send-check", to: endpoint(2) }]);
  });

  it("is triggered by the first request alone", () => {
    const heard = heardFrom(started, endpoint(2), at(12));
    expect(heardFrom(heard, endpoint(2), at(13))).toBe(heard);
  });

  it("that nobody named is peer-reflexive, and begins a round where none is running", () => {
    const list = heardFrom(emptyCheckList, endpoint(7), at(100));
    expect(stepChecks(list, pace(), at(100)).effects).toEqual([{ kind: "send-check", to: endpoint(7) }]);
    const { effects } = run(answered(list, endpoint(7), 9, at(109)), 109, 200);
    expect(validated(effects)).toEqual([`${109 + SETTLE_MS} ${endpoint(7).address}`]);
    expect(list.roundEndsAt).toBe(100 + ROUND_MS);
  });

  it("that was heard takes the place of the last one that was not, where the list is full", () => {
    const full = startRound(
      emptyCheckList,
      Array.from({ length: MAX_CANDIDATES }, (_, i) => reflexive(i + 1)),
      at(0),
    );
    const list = heardFrom(full, endpoint(99), at(1));
    expect(list.checks).toHaveLength(MAX_CANDIDATES);
    expect(list.checks.at(-1)?.candidate).toEqual({ kind: "peer-reflexive", endpoint: endpoint(99) });
  });

  it("is not sent to any more once it is valid", () => {
    const list = answered(heardFrom(started, endpoint(1), at(0)), endpoint(1), 12, at(0));
    expect(sentTo(run(list, 0, ROUND_MS).effects, 1)).toEqual([]);
  });

  it("that is better and valid within the settling time is the one that is reported", () => {
    let list = answered(heardFrom(started, endpoint(2), at(0)), endpoint(2), 12, at(0));
    list = answered(heardFrom(list, endpoint(1), at(15)), endpoint(1), 15, at(15));
    expect(validated(run(list, 15, ROUND_MS).effects)).toEqual([`${SETTLE_MS} ${endpoint(1).address}`]);
  });

  it("that is better and valid later is reported after the first", () => {
    const first = run(answered(heardFrom(started, endpoint(2), at(0)), endpoint(2), 12, at(0)), 0, 50);
    expect(validated(first.effects)).toEqual([`${SETTLE_MS} ${endpoint(2).address}`]);
    const list = answered(heardFrom(first.list, endpoint(1), at(60)), endpoint(1), 60, at(60));
    expect(validated(run(list, 60, 400).effects)).toEqual([`60 ${endpoint(1).address}`]);
  });

  it("that becomes valid just before the round ends is reported at its end", () => {
    const last = ROUND_MS - 1;
    const list = answered(heardFrom(started, endpoint(1), at(last)), endpoint(1), 12, at(last));
    const { effects } = run(list, last, ROUND_MS);
    expect(validated(effects)).toEqual([`${ROUND_MS} ${endpoint(1).address}`]);
    expect(effects.some(({ kind }) => kind === "round-failed")).toBe(false);
  });
});

describe("a valid pair", () => {
  const started = startRound(emptyCheckList, [host(1), reflexive(2)], at(0));
  const valid = answered(heardFrom(started, endpoint(1), at(0)), endpoint(1), 12, at(0));

  it("is asked again when the peer still asks a second later: it has begun anew, and must hear us", () => {
    const { list } = run(valid, 0, 900);
    expect(sentTo(run(heardFrom(list, endpoint(1), at(999)), 999, 1_500).effects, 1)).toEqual([]);
    const again = run(heardFrom(list, endpoint(1), at(1_000)), 1_000, 1_040);
    expect(sentTo(again.effects, 1)).toEqual([1_000]);
    const { effects } = run(answered(again.list, endpoint(1), 5, at(1_045)), 1_045, 1_500);
    expect(validated(effects)).toEqual([`1045 ${endpoint(1).address}`]);
  });

  it("has to answer again after one of the ends has moved, though nobody has to ask us again", () => {
    const moved = run(unanswered(run(valid, 0, 100).list), 100, 140);
    expect(sentTo(moved.effects, 1)).toEqual([100]);
    expect(validated(moved.effects)).toEqual([]);
    const { effects } = run(answered(moved.list, endpoint(1), 5, at(145)), 145, 400);
    expect(validated(effects)).toEqual([`${145 + SETTLE_MS} ${endpoint(1).address}`]);
  });

  it("may be bettered by one of a better kind, to which a second is left", () => {
    const list = answered(heardFrom(started, endpoint(2), at(10)), endpoint(2), 12, at(10));
    expect([mayImprove(started), mayImprove(valid), mayImprove(list)]).toEqual([false, false, true]);
    expect(endedSoon(list).roundEndsAt).toBe(1_010);
    expect(endedSoon(started).roundEndsAt).toBe(ROUND_MS);
  });

  it("is not the only one that counts where one of the other address family may still answer", () => {
    const other = { kind: "server-reflexive", endpoint: { address: "2001:db8::1", port: 51_820 } } as const;
    const both = startRound(emptyCheckList, [host(1), other], at(0));
    const list = answered(heardFrom(both, endpoint(1), at(0)), endpoint(1), 12, at(0));
    expect(mayImprove(list)).toBe(true);
    const known = answered(heardFrom(list, other.endpoint, at(0)), other.endpoint, 12, at(0));
    expect(mayImprove(known)).toBe(false);
  });
});

//
describe("a round that is begun again", () => {
  it("keeps what is valid and what was reported, also if the peer names it no more", () => {
    const valid = answered(heardFrom(emptyCheckList, endpoint(7), at(0)), endpoint(7), 9, at(9));
    const reported = run(valid, 9, 100).list;
    const list = startRound(reported, [host(1)], at(200));
    const { effects } = run(list, 200, 200 + ROUND_MS);
    expect(validated(effects)).toEqual([]);
    expect(effects.some(({ kind }) => kind === "round-failed")).toBe(false);
    expect(sentTo(effects, 7)).toEqual([]);
  });

  it("names a peer-reflexive candidate by the kind that the peer gives it", () => {
    const list = startRound(heardFrom(emptyCheckList, endpoint(7), at(0)), [reflexive(7)], at(10));
    expect(list.checks.map(({ candidate, heard }) => [candidate.kind, heard])).toEqual([
      ["server-reflexive", true],
    ]);
  });

  it("checks what is not valid from the start of the schedule, and lasts as long as a whole round", () => {
    const list = startRound(
      run(startRound(emptyCheckList, [host(1)], at(0)), 0, 5_000).list,
      [host(1)],
      at(5_001),
    );
    expect(sentTo(run(list, 5_001, 5_400).effects, 1)).toEqual([5_001, 5_051, 5_151, 5_351]);
    expect(list.roundEndsAt).toBe(5_001 + ROUND_MS);
  });

  it("forgets what was valid in a round that is over", () => {
    const valid = answered(heardFrom(emptyCheckList, endpoint(7), at(0)), endpoint(7), 9, at(9));
    const over = run(valid, 9, ROUND_MS).list;
    expect(startRound(over, [host(1)], at(20_000)).checks.map(({ candidate }) => candidate)).toEqual([
      host(1),
    ]);
  });
});
