import { describe, expect, it } from "vitest";
import {
  ASK_MS,
  MET_MS,
  openingWakeAt,
  restingOpening,
  stepOpening,
  WAIT_MS,
  type OpeningEffect,
  type OpeningInput,
  type SocketOpening,
} from "../../agent/nat/socket-opening.ts";
import { at } from "./samples.ts";

/** Feeds inputs and ticks; what came of it. */
class Pair {
  state: SocketOpening = restingOpening(at(0));
  readonly effects: (OpeningEffect & { readonly atMs: number })[] = [];

  input(input: OpeningInput, atMs: number): this {
    const { state, effects } = stepOpening(this.state, input, at(atMs));
    this.state = state;
    this.effects.push(...effects.map((effect) => ({ ...effect, atMs })));
    return this;
  }

  /** Ticks whenever the state says so, until `untilMs`. */
  runUntil(untilMs: number): this {
    for (let now = openingWakeAt(this.state); now !== undefined && now <= untilMs;) {
      const before = this.state;
      this.input({ kind: "tick" }, now);
      if (this.state === before) break;
      now = openingWakeAt(this.state);
    }
    return this;
  }

  kinds(): readonly string[] {
    return this.effects.map(({ kind, atMs }) => `${atMs} ${kind}`);
  }
}

const opened = (sockets: number): Pair =>
  new Pair()
    .input({ kind: "begin", isAsked: false }, 0)
    .input({ kind: "prepared", sockets, role: "alone" }, 10);

const asking = (): Pair =>
  new Pair()
    .input({ kind: "begin", isAsked: false }, 0)
    .input({ kind: "prepared", sockets: 10, role: "first" }, 5);

//
describe("the end that opens many sockets", () => {
  it("sends one check from each, a few at a time, and asks the peer after the last", () => {
    const pair = opened(50).runUntil(1_000);
    expect(pair.effects).toEqual([
      { kind: "prepare", atMs: 0 },
      { kind: "send", from: 0, to: 20, atMs: 10 },
      { kind: "send", from: 20, to: 40, atMs: 50 },
      { kind: "send", from: 40, to: 50, atMs: 90 },
      { kind: "ask-peer", atMs: 90 },
    ]);
  });

  it("uses the first socket that is met, even before the last has sent", () => {
    const pair = opened(50).input({ kind: "met", socket: 3 }, 20).input({ kind: "met", socket: 4 }, 21);
    expect(pair.kinds()).toEqual(["0 prepare", "10 send", "20 use"]);
    expect(pair.input({ kind: "direct", throughSocket: true }, 100).state).toEqual({ tag: "direct" });
  });

  it("closes all that is open when nothing was met in time, and rests longer each time", () => {
    const pair = new Pair();
    let now = 0;
    const rests: number[] = [];
    for (let attempt = 0; attempt < 5; attempt++) {
      pair
        .input({ kind: "begin", isAsked: false }, now)
        .input({ kind: "prepared", sockets: 1, role: "alone" }, now);
      pair.input({ kind: "tick" }, now + WAIT_MS - 1);
      expect(pair.state.tag).toBe("waiting");
      pair.input({ kind: "tick" }, now + WAIT_MS);
      expect(pair.effects.at(-1)).toEqual({ kind: "close", atMs: now + WAIT_MS });
      const next = openingWakeAt(pair.state) ?? 0;
      rests.push(next - now - WAIT_MS);
      pair.input({ kind: "begin", isAsked: false }, next - 1);
      expect(pair.state.tag).toBe("resting");
      now = next;
    }
    expect(rests).toEqual([15_000, 60_000, 300_000, 900_000, 900_000]);
  });

  it("takes back a socket that was met where no path comes of it", () => {
    const pair = opened(1).input({ kind: "met", socket: 0 }, 100);
    expect(pair.input({ kind: "tick" }, 100 + MET_MS - 1).state.tag).toBe("met");
    pair.input({ kind: "tick" }, 100 + MET_MS);
    expect(pair.kinds().at(-1)).toBe(`${100 + MET_MS} close`);
  });

  it("takes it back when the path through it is gone, and begins anew soon", () => {
    const pair = opened(1).input({ kind: "met", socket: 0 }, 100);
    pair.input({ kind: "direct", throughSocket: true }, 200).input({ kind: "lost" }, 90_000);
    expect(pair.kinds().at(-1)).toBe("90000 close");
    expect(pair.input({ kind: "begin", isAsked: false }, 91_000).state.tag).toBe("preparing");
  });

  it("closes its sockets where another way was found, at whatever stage", () => {
    const direct: OpeningInput = { kind: "direct", throughSocket: false };
    for (const pair of [
      new Pair().input({ kind: "begin", isAsked: false }, 0),
      opened(50),
      asking(),
      opened(1),
      opened(1).input({ kind: "met", socket: 0 }, 20),
      opened(1).input({ kind: "met", socket: 0 }, 20).input({ kind: "direct", throughSocket: true }, 30),
    ]) {
      pair.input(direct, 40);
      expect([pair.state.tag, pair.kinds().at(-1)]).toEqual(["resting", "40 close"]);
    }
  });

  it("does not wait for a peer where no socket could be bound", () => {
    expect(opened(0).state).toMatchObject({ tag: "resting", failures: 1 });
  });
});

//
describe("two ends whose ports both change, and can be told", () => {
  it("learn from each other where to send: the first asks, and sends when the other has answered", () => {
    const first = asking();
    expect(first.kinds()).toEqual(["0 prepare", "5 ask-peer"]);
    first.input({ kind: "answered", sockets: 10 }, 50);
    expect(first.kinds().slice(2)).toEqual(["50 send"]);
    expect(first.state.tag).toBe("waiting");
  });

  it("send at once at the end that is asked, which tells its port before, also while it would rest", () => {
    const second = new Pair();
    second.state = { tag: "resting", failures: 1, notBefore: at(1_000) };
    second.input({ kind: "begin", isAsked: true }, 10);
    second.input({ kind: "prepared", sockets: 10, role: "second" }, 20);
    expect(second.kinds()).toEqual(["10 prepare", "20 ask-peer", "20 send"]);
    expect(second.state.tag).toBe("waiting");
  });

  it("give up where no answer comes", () => {
    const first = asking();
    first.input({ kind: "tick" }, 5 + ASK_MS - 1);
    expect(first.state.tag).toBe("asking");
    first.input({ kind: "tick" }, 5 + ASK_MS);
    expect([first.state.tag, first.kinds().at(-1)]).toEqual(["resting", `${5 + ASK_MS} close`]);
  });
});
