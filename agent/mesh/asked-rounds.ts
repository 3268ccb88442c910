import type { MemberId } from "../../protocol/ids.ts";
import type { Candidate } from "../nat/candidate.ts";
import type { RoundStart } from "../nat/check-list.ts";
import { isGlobal } from "../../protocol/global-address.ts";
import type { Random } from "../random.ts";

/**
 * Which of our questions for candidates a peer answers. Whoever answers has opened its NAT before, for the candidates that the question
 * had: only with an answer to the last question that said how our NAT maps us may checks begin at once.
 */
export class AskedRounds {
  readonly #random: Random;
  readonly #roundByPeer = new Map<MemberId, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** The round of a question with these candidates. */
  ask(peer: MemberId, candidates: readonly Candidate[]): number {
    const isToldMapping = candidates.some(
      ({ kind, endpoint }) => kind !== "host" || isGlobal(endpoint.address),
    );
    const round = isToldMapping ? Math.max(1, Buffer.from(this.#random.bytes(4)).readUInt32BE()) : 0;
    this.#roundByPeer.set(peer, round);
    return round;
  }

  /** How checks may begin, now that candidates of the peer came. */
  startOf(peer: MemberId, content: { readonly answerWanted: boolean; readonly round: number }): RoundStart {
    const isAnswer = !content.answerWanted && content.round !== 0;
    return isAnswer && content.round === this.#roundByPeer.get(peer) ? "at-once" : "opening";
  }

  drop(peer: MemberId): void {
    this.#roundByPeer.delete(peer);
  }
}
