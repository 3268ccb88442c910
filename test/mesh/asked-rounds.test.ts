import { describe, expect, it } from "vitest";
import { AskedRounds } from "../../agent/mesh/asked-rounds.ts";
import { host, PEER, reflexive } from "../nat/samples.ts";
import { seededRandom } from "../support/seeded-random.ts";

const LAN = { kind: "host", endpoint: { address: "192.168.1.7", port: 1 } } as const;
const answer = (round: number) => ({ answerWanted: false, round });

//
describe("checks begin at once", () => {
  it("with the answer to the last question that said how we are mapped, and with none before it", () => {
    const rounds = new AskedRounds(seededRandom(1));
    const first = rounds.ask(PEER, [LAN, reflexive(1)]);
    expect(rounds.startOf(PEER, answer(first))).toBe("at-once");
    const second = rounds.ask(PEER, [LAN, host(1)]);
    expect(rounds.startOf(PEER, answer(first))).toBe("opening");
    expect(rounds.startOf(PEER, answer(second))).toBe("at-once");
    rounds.drop(PEER);
    expect(rounds.startOf(PEER, answer(second))).toBe("opening");
  });

  it("neither with the answer to a question that said the LAN alone, nor with a question", () => {
    const rounds = new AskedRounds(seededRandom(1));
    expect(rounds.ask(PEER, [LAN])).toBe(0);
    expect(rounds.startOf(PEER, answer(0))).toBe("opening");
    const round = rounds.ask(PEER, [reflexive(1)]);
    expect(rounds.startOf(PEER, { answerWanted: true, round })).toBe("opening");
  });
});
