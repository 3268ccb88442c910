import type { KeyObject } from "node:crypto";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { failure, type Failure, type Forward, type ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId, NetworkId } from "../../protocol/ids.ts";
import { KEY_BYTES } from "../../protocol/keys.ts";
import { openMessage, sealMessage, type MessageContent } from "../../protocol/message.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import { KeyedLimiter } from "../rate-limit.ts";
import type { Directory } from "./directory.ts";
import type { ControlPlane } from "./plane.ts";
import { SequenceGate } from "./sequence-gate.ts";

/** A carrier answers at once, for it does not wait for the receiver; on a path that just died the next way must not wait. */
const FORWARD_TIMEOUT_MS = 2_000;

/** The direct connection and every home relay a member names, or else as many volunteers. */
const MAX_WAYS = 4;

/** Messages a sender may have carried: the burst starts connecting to as many peers at once, as after a restart. */
const SENDER_RATE = { perSec: 20, burst: 200 };

/** Messages a carrier may deliver to us: opening one takes 360 us (measured), so a hostile carrier gets 4 % of a core. */
const CARRIER_RATE = { perSec: 100, burst: 500 };

/** More than a network has members; see `KeyedLimiter` and `SequenceGate` for what happens beyond. */
const MAX_KEYS = 4096;

/** By whom a message went. */
export type Way = { readonly kind: "direct" } | { readonly kind: "relay"; readonly relay: MemberId };

export type ForwardingOptions = {
  readonly network: NetworkId;
  readonly self: MemberId;
  readonly identityKey: KeyObject;
  readonly exchangeKey: KeyObject;
  readonly directory: Directory;
  readonly plane: Pick<ControlPlane, "connected" | "request" | "notify">;
  /** Whom a member's endpoint record names. */
  readonly homeRelaysOf: (id: MemberId) => readonly MemberId[];
  /** All that announce themselves, best first. */
  readonly volunteers: () => readonly MemberId[];
  /** Whether this host carries for others: never unless it volunteered. */
  readonly isVolunteering: () => boolean;
  readonly onMessage: (from: MemberId, content: MessageContent) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
};

/** Messages between members that need not be connected. Carriers learn who talks to whom, and nothing else. */
export class Forwarding {
  readonly #options: ForwardingOptions;
  readonly #senders = new KeyedLimiter(SENDER_RATE, MAX_KEYS);
  readonly #carriers = new KeyedLimiter(CARRIER_RATE, MAX_KEYS);
  readonly #gate = new SequenceGate(MAX_KEYS);
  readonly #refusals = new Map<string, number>();
  #lastSequence = 0;

  constructor(options: ForwardingOptions) {
    this.#options = options;
  }

  /**
   * Never rejects. The way says that the receiver has it ("direct") or that a carrier connected with him took it. Refused
   * with "member.unknown", "forward.no-way" where no carrier is connected, or with what the last one tried said. Carriers
   * first where the way to the receiver itself is in doubt: TCP on it may wait for long before it tries again.
   */
  async sendToMember(
    id: MemberId,
    content: MessageContent,
    first: "direct" | "carriers" = "direct",
  ): Promise<Decoded<Way>> {
    const { network, self, identityKey, directory, plane, random } = this.#options;
    const receiver = directory.memberOf(id);
    if (receiver === undefined) return refused("member.unknown");
    const sealed = sealMessage(content, {
      network,
      from: self,
      to: id,
      sequence: this.#nextSequence(),
      signKey: identityKey,
      receiverExchangeKey: receiver.exchangeKey,
      ephemeralSeed: random.bytes(KEY_BYTES),
    });
    if (!sealed.ok) return sealed;
    let outcome: Decoded<Way> = refused("forward.no-way");
    for (const carrier of this.#carriersTo(id, first)) {
      // The same bytes each time: should two ways deliver, the second is refused as a replay.
      const answer = await plane.request(
        carrier,
        { kind: "forward", to: id, sealed: sealed.value },
        FORWARD_TIMEOUT_MS,
      );
      if (answer.ok) return decoded(carrier === id ? { kind: "direct" } : { kind: "relay", relay: carrier });
      outcome = answer;
    }
    return outcome;
  }

  /** The answer to a `forward` request of the member `from`: for us, or to be carried on. */
  serve(from: MemberId, { to, sealed }: Forward): ResponseBody | Failure {
    const { self, directory, plane, isVolunteering, clock } = this.#options;
    if (!this.#senders.allows(from, clock.monotonicNow())) return this.#fail("forward.rate");
    if (to === self) {
      const refusal = this.#open(sealed, from, from);
      return refusal === undefined ? { kind: "forward-accepted" } : this.#fail(refusal);
    }
    if (!isVolunteering()) return this.#fail("forward.not-volunteering");
    if (directory.memberOf(from) === undefined || directory.memberOf(to) === undefined)
      return this.#fail("member.unknown");
    const sent = plane.notify(to, { kind: "forwarded", from, sealed });
    return sent ? { kind: "forward-accepted" } : this.#fail("forward.not-connected");
  }

  /** A `forwarded` notification that `carrier` brought. */
  receive(
    carrier: MemberId,
    { from, sealed }: { readonly from: MemberId; readonly sealed: Uint8Array },
  ): void {
    const allowed = this.#carriers.allows(carrier, this.#options.clock.monotonicNow());
    const refusal = allowed ? this.#open(sealed, from, carrier) : "forward.rate";
    if (refusal !== undefined) this.#count(refusal);
  }

  /** How often what was refused, here, by reason: fixed words. */
  refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }

  /** Undefined: delivered. */
  #open(sealed: Uint8Array, from: MemberId, carrier: MemberId): string | undefined {
    const { network, self, exchangeKey, directory, clock, onMessage, log } = this.#options;
    const senderOf = directory.memberOf.bind(directory);
    const message = openMessage(sealed, { network, self, exchangeKey, senderOf });
    if (!message.ok) return message.reason;
    const { sequence, content } = message.value;
    if (message.value.from !== from) return "message-other-sender";
    const now = clock.monotonicNow();
    if (carrier === from) this.#gate.trust(from, sequence, now);
    else if (!this.#gate.admit(from, sequence, now)) return "message-replayed";
    log.debug({ peer: from, carrier, kind: content.kind }, "message received");
    onMessage(from, content);
    return undefined;
  }

  /** Connected ones only, each once. */
  #carriersTo(id: MemberId, first: "direct" | "carriers"): readonly MemberId[] {
    const { plane, homeRelaysOf, volunteers } = this.#options;
    const connected = new Set(plane.connected());
    const carriers = new Set([...homeRelaysOf(id), ...volunteers()]);
    carriers.delete(id);
    const usable = [...carriers].filter((way) => connected.has(way)).slice(0, MAX_WAYS - 1);
    if (!connected.has(id)) return usable;
    return first === "direct" ? [id, ...usable] : [...usable, id];
  }

  /** The wall clock, so that it grows across restarts with nothing stored; never twice the same. */
  #nextSequence(): number {
    this.#lastSequence = Math.max(this.#lastSequence + 1, this.#options.clock.wallNow());
    return this.#lastSequence;
  }

  #fail(code: string): Failure {
    this.#count(code);
    return failure(code, "");
  }

  #count(reason: string): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
  }
}
