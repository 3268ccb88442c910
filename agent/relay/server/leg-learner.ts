import { formatEndpoint, sameEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import { hasMac1, type WireGuardPacket } from "../../../protocol/wireguard-packet.ts";
import { withAsked, wouldCross } from "./crossing.ts";
import {
  CANDIDATE_MS,
  CANDIDATE_PACKETS,
  HOLD_MS,
  LEG_IDLE_MS,
  LIVE_INDICES,
  MAX_CANDIDATES,
  RELEARN_MS,
  SEEN_INDICES,
  type LearnerState,
  type Leg,
  type LegProof,
  type Opening,
} from "./leg-state.ts";
import { LEG_NAMES, otherLeg, type LegName } from "./leg.ts";

/**
 * Learns where the two members of one allocation are, without being told by anybody who could lie about it.
 *
 * A leg is confirmed in one of two ways. Bound: its member proved with its leg key, over STUN, that it is there
 * (`leg-binding.ts`). Or by watching a handshake: an initiation whose mac1 is for B comes from A, it says; the
 * response from where we sent it names its index, so somebody there received it; the first data packet from the
 * initiation's source names the response's index, so A accepted B's answer and gets what we send it.
 *
 * What watching cannot see: mac1 only takes a public key, so an insider at two addresses can play both ends. It
 * then holds an allocation in which none of the pair's data ever flows, until a binding or `relearn` ends it.
 */

/** Idleness need not be exact; so most packets leave the state as it is. */
const HEARD_GRAIN_MS = 1_000;

export type LearnerInput =
  | {
      readonly tag: "packet";
      readonly source: Endpoint;
      readonly packet: WireGuardPacket;
      readonly bytes: Uint8Array;
    }
  /** Authenticated, and with the return path proven. */
  | { readonly tag: "bind"; readonly leg: LegName; readonly source: Endpoint }
  /** Traffic that did not come by here, such as what a kernel forwarded. */
  | { readonly tag: "heard"; readonly leg: LegName }
  | { readonly tag: "relearn"; readonly leg: LegName };

export type LearnerDrop =
  /** Handshake for neither of the two. */
  | "wrong-mac1"
  /** The side it claims to be from is confirmed elsewhere. */
  | "leg-taken"
  /** An initiation with this index came by before. */
  | "index-taken"
  | "too-many-candidates"
  | "candidate-spent"
  /** Of two initiations that cross, the second. */
  | "crossed"
  /** Answers nothing that we relayed. */
  | "unsolicited"
  /** From a confirmed leg, while the other side is nowhere yet. */
  | "no-route";

export type LearnerEffect =
  | { readonly tag: "forward"; readonly from: LegName; readonly to: Endpoint; readonly bytes: Uint8Array }
  | {
      readonly tag: "confirmed";
      readonly leg: LegName;
      readonly endpoint: Endpoint;
      readonly proof: LegProof;
    }
  | { readonly tag: "lost"; readonly leg: LegName }
  | { readonly tag: "drop"; readonly reason: LearnerDrop };

export type LearnerStep = { readonly state: LearnerState; readonly effects: readonly LearnerEffect[] };

/** Copies `bytes` where it keeps them; the caller may reuse the buffer. */
export function step(state: LearnerState, input: LearnerInput, now: MonotonicMs): LearnerStep {
  if (input.tag === "packet") {
    const effect = settledForward(state, input.source, input.packet, input.bytes, now);
    if (effect !== undefined) return { state, effects: [effect] };
  }
  const learning = new Learning(state, now);
  switch (input.tag) {
    case "packet":
      learning.packet(input.source, input.packet, input.bytes);
      break;
    case "bind":
      learning.bind(input.leg, input.source);
      break;
    case "heard":
      learning.heard(input.leg);
      break;
    case "relearn":
      learning.relearn(input.leg);
      break;
  }
  return { state: learning.legs, effects: learning.effects };
}

/** Nearly every packet: data between two confirmed legs, with nothing to note about either. */
function settledForward(
  state: LearnerState,
  source: Endpoint,
  packet: WireGuardPacket,
  bytes: Uint8Array,
  now: MonotonicMs,
): LearnerEffect | undefined {
  if (packet.type !== "data") return undefined;
  const from = LEG_NAMES.find((leg) => sameEndpoint(state[leg].confirmed?.endpoint, source));
  if (from === undefined) return undefined;
  const mine = state[from].confirmed;
  const other = state[otherLeg(from)].confirmed;
  if (mine === undefined || other === undefined) return undefined;
  if (mine.previous !== undefined || now - mine.heardAt >= HEARD_GRAIN_MS) return undefined;
  if (other.relearnUntil !== undefined || now - other.heardAt >= LEG_IDLE_MS) return undefined;
  return { tag: "forward", from, to: other.endpoint, bytes };
}

/** One step in the making. Legs are replaced, never changed. */
class Learning {
  readonly legs: Record<LegName, Leg>;
  readonly effects: LearnerEffect[] = [];
  readonly #now: MonotonicMs;

  constructor(state: LearnerState, now: MonotonicMs) {
    this.#now = now;
    this.legs = { ...state };
    for (const name of LEG_NAMES) this.#forgetStale(name);
  }

  packet(source: Endpoint, packet: WireGuardPacket, bytes: Uint8Array): void {
    const from = this.#legAt(source);
    if (from === undefined) {
      const drop = this.#handshake(undefined, source, packet, bytes);
      if (drop !== undefined && !this.#moved(source, packet, bytes)) this.#drop(drop);
      return;
    }
    this.#note(from, source, packet);
    const to = this.legs[otherLeg(from)].confirmed;
    // While the other side is being learned, its part of a handshake may have to go to a candidate instead.
    const drop = this.#isOpen(otherLeg(from)) ? this.#handshake(from, source, packet, bytes) : "no-route";
    if (drop === undefined) return;
    if (to !== undefined) this.#relay(from, source, to.endpoint, packet, bytes);
    else this.#drop(packet.type === "data" ? "no-route" : drop);
  }

  bind(leg: LegName, source: Endpoint): void {
    this.#confirm(leg, source, "stun");
    const { confirmed } = this.legs[leg];
    if (confirmed === undefined) return;
    this.#set(leg, {
      confirmed: { ...confirmed, heardAt: this.#now, relearnUntil: undefined },
    });
  }

  heard(leg: LegName): void {
    const { confirmed } = this.legs[leg];
    if (confirmed !== undefined) this.#set(leg, { confirmed: { ...confirmed, heardAt: this.#now } });
  }

  relearn(leg: LegName): void {
    const { confirmed } = this.legs[leg];
    if (confirmed === undefined) return;
    const relearnUntil = monotonicMs(this.#now + RELEARN_MS);
    this.#set(leg, { confirmed: { ...confirmed, relearnUntil } });
  }

  /** Undefined when the packet was relayed or is held; otherwise why it means nothing to the handshakes under way. */
  #handshake(
    from: LegName | undefined,
    source: Endpoint,
    packet: WireGuardPacket,
    bytes: Uint8Array,
  ): LearnerDrop | undefined {
    switch (packet.type) {
      case "initiation":
        return this.#initiation(from, source, packet.sender, bytes);
      case "response":
        return this.#answer(from, source, packet.receiver, bytes, packet.sender);
      case "cookie-reply":
        return this.#answer(from, source, packet.receiver, bytes, undefined) === undefined
          ? undefined
          : this.#followUp(from, source, packet.receiver, bytes, false);
      case "data":
        return this.#followUp(from, source, packet.receiver, bytes, true);
    }
  }

  #initiation(
    known: LegName | undefined,
    source: Endpoint,
    index: number,
    bytes: Uint8Array,
  ): LearnerDrop | undefined {
    const from = (known === undefined ? LEG_NAMES : [known]).find((leg) =>
      hasMac1(bytes, this.legs[otherLeg(leg)].mac1Key),
    );
    if (from === undefined) return "wrong-mac1";
    const atHome = sameEndpoint(this.legs[from].confirmed?.endpoint, source);
    if (!atHome && !this.#isOpen(from)) return "leg-taken";
    const drop = this.#admit(from, source, index, bytes);
    if (drop !== undefined) return drop;

    const other = this.legs[otherLeg(from)];
    const targets = other.openings.map((opening) => opening.source);
    if (other.confirmed !== undefined) targets.push(other.confirmed.endpoint);
    for (const to of targets) this.#offer(from, source, to);
    return undefined;
  }

  /** Notes the initiation as its source's latest, for whoever is bound on the other side within `HOLD_MS`. */
  #admit(from: LegName, source: Endpoint, index: number, bytes: Uint8Array): LearnerDrop | undefined {
    const { openings, seenIndices } = this.legs[from];
    if (seenIndices.includes(index)) return "index-taken";
    const mine = openings.find((opening) => sameEndpoint(opening.source, source));
    const others = openings.filter((opening) => opening !== mine);
    const proven = sameEndpoint(this.legs[from].confirmed?.endpoint, source);
    if (!proven && (mine?.initiations ?? 0) >= CANDIDATE_PACKETS) return "candidate-spent";
    if (others.length >= MAX_CANDIDATES) {
      // Each has the time that a handshake takes; then the newer one counts.
      const oldest = others.reduce((a, b) => (a.firstSeenAt <= b.firstSeenAt ? a : b));
      if (this.#now - oldest.firstSeenAt < HOLD_MS) return "too-many-candidates";
      others.splice(others.indexOf(oldest), 1);
    }
    const opening: Opening = {
      source,
      firstSeenAt: mine?.firstSeenAt ?? this.#now,
      seenAt: this.#now,
      index,
      initiation: bytes.slice(),
      sentTo: [],
      replies: [],
      initiations: (mine?.initiations ?? 0) + 1,
      relayed: mine?.relayed ?? new Map<string, number>(),
    };
    this.#set(from, {
      openings: [...others, opening],
      seenIndices: [index, ...seenIndices].slice(0, SEEN_INDICES),
    });
    return undefined;
  }

  /** A response or cookie reply to an initiation that we relayed to `source`. */
  #answer(
    from: LegName | undefined,
    source: Endpoint,
    receiver: number,
    bytes: Uint8Array,
    sender: number | undefined,
  ): LearnerDrop | undefined {
    for (const leg of LEG_NAMES) {
      if (leg === from) continue;
      const opening = this.legs[leg].openings.find(
        ({ index, sentTo }) => index === receiver && sentTo.some((to) => sameEndpoint(to, source)),
      );
      if (opening === undefined) continue;
      if (sender !== undefined && !hasMac1(bytes, this.legs[leg].mac1Key)) return "wrong-mac1";
      if (!this.#forward(otherLeg(leg), source, opening.source, bytes)) return "candidate-spent";
      if (sender === undefined) return undefined;
      this.#edit(leg, opening.source, ({ replies }) => ({
        replies: [
          ...replies.filter((reply) => !sameEndpoint(reply.from, source)),
          { from: source, index: sender },
        ],
      }));
      return undefined;
    }
    return "unsolicited";
  }

  /** What the initiator sends on a response that we relayed to it: a cookie reply, or the data packet that confirms both legs. */
  #followUp(
    from: LegName | undefined,
    source: Endpoint,
    receiver: number,
    bytes: Uint8Array,
    confirms: boolean,
  ): LearnerDrop | undefined {
    for (const leg of LEG_NAMES) {
      if (from !== undefined && leg !== from) continue;
      const opening = this.legs[leg].openings.find((one) => sameEndpoint(one.source, source));
      const reply = opening?.replies.find(({ index }) => index === receiver);
      if (opening === undefined || reply === undefined) continue;
      if (!this.#mayBeAt(leg, source) || !this.#mayBeAt(otherLeg(leg), reply.from)) continue;
      if (!confirms) return this.#forward(leg, source, reply.from, bytes) ? undefined : "candidate-spent";
      this.#learnIndex(leg, opening.index);
      this.#learnIndex(otherLeg(leg), reply.index);
      this.#confirm(leg, source, "handshake");
      this.#confirm(otherLeg(leg), reply.from, "handshake");
      this.effects.push({ tag: "forward", from: leg, to: reply.from, bytes });
      return undefined;
    }
    return "unsolicited";
  }

  /** A leg whose member said that it moved shows an index of the other side's, which only its receiver knows. */
  #moved(source: Endpoint, packet: WireGuardPacket, bytes: Uint8Array): boolean {
    if (packet.type !== "data") return false;
    for (const leg of LEG_NAMES) {
      const to = this.legs[otherLeg(leg)];
      if (to.confirmed === undefined || this.legs[leg].confirmed?.relearnUntil === undefined) continue;
      if (!to.liveIndices.includes(packet.receiver)) continue;
      this.#confirm(leg, source, "handshake");
      this.effects.push({ tag: "forward", from: leg, to: to.confirmed.endpoint, bytes });
      return true;
    }
    return false;
  }

  #confirm(leg: LegName, endpoint: Endpoint, proof: LegProof): void {
    const other = otherLeg(leg);
    const before = this.legs[leg].confirmed;
    if (sameEndpoint(before?.endpoint, endpoint)) return;
    // One source is one leg. It changed hands when a NAT gave a mapping to the next host: the newer proof counts.
    if (sameEndpoint(this.legs[other].confirmed?.endpoint, endpoint)) this.#lose(other);
    this.#set(leg, {
      confirmed: {
        endpoint,
        heardAt: this.#now,
        previous: before?.endpoint,
        relearnUntil: undefined,
      },
      openings: this.legs[leg].openings.filter(({ source }) => sameEndpoint(source, endpoint)),
    });
    this.effects.push({ tag: "confirmed", leg, endpoint, proof });
    if (proof === "stun") this.#offerHeld(other, endpoint);
    if (this.#isOpen(leg) || this.#isOpen(other)) return;
    for (const name of LEG_NAMES) this.#set(name, { openings: [] });
  }

  /**
   * Initiations that waited for somebody to be bound on the other side. Not for a candidate: that shows itself by
   * an initiation of its own, and the two would cross.
   */
  #offerHeld(from: LegName, to: Endpoint): void {
    for (const { source, seenAt } of this.legs[from].openings) {
      if (this.#now - seenAt < HOLD_MS) this.#offer(from, source, to);
    }
  }

  #offer(from: LegName, source: Endpoint, to: Endpoint): void {
    const opening = this.legs[from].openings.find((one) => sameEndpoint(one.source, source));
    if (opening === undefined || sameEndpoint(source, to)) return;
    if (opening.sentTo.some((sent) => sameEndpoint(sent, to))) return;
    if (!this.#introduce(from, source, to, opening.initiation)) return;
    this.#edit(from, source, ({ sentTo }) => ({ sentTo: [...sentTo, to] }));
  }

  /** Between two confirmed legs. */
  #relay(from: LegName, source: Endpoint, to: Endpoint, packet: WireGuardPacket, bytes: Uint8Array): void {
    if (packet.type === "initiation") {
      this.#introduce(from, source, to, bytes);
      return;
    }
    this.effects.push({ tag: "forward", from, to, bytes });
  }

  #introduce(from: LegName, source: Endpoint, to: Endpoint, bytes: Uint8Array): boolean {
    if (wouldCross(this.legs[otherLeg(from)].asked, source, to, this.#now)) {
      this.#drop("crossed");
      return false;
    }
    if (!this.#forward(from, source, to, bytes)) {
      this.#drop("candidate-spent");
      return false;
    }
    const one = { from: source, to, at: this.#now };
    this.#set(from, { asked: withAsked(this.legs[from].asked, one) });
    return true;
  }

  /** False when either end is a candidate that has had its packets, or no candidate any more. */
  #forward(from: LegName, source: Endpoint, to: Endpoint, bytes: Uint8Array): boolean {
    const ends = [
      { leg: from, endpoint: source, key: `to ${formatEndpoint(to)}` },
      { leg: otherLeg(from), endpoint: to, key: `from ${formatEndpoint(source)}` },
    ].filter(({ leg, endpoint }) => this.#legAt(endpoint) !== leg);
    const spent = ends.some(({ leg, endpoint, key }) => {
      const candidate = this.legs[leg].openings.find((one) => sameEndpoint(one.source, endpoint));
      if (candidate === undefined || !this.#isOpen(leg)) return true;
      return (candidate.relayed.get(key) ?? 0) >= CANDIDATE_PACKETS;
    });
    if (spent) return false;
    for (const { leg, endpoint, key } of ends) {
      this.#edit(leg, endpoint, ({ relayed }) => ({
        relayed: new Map(relayed).set(key, (relayed.get(key) ?? 0) + 1),
      }));
    }
    this.effects.push({ tag: "forward", from, to, bytes });
    return true;
  }

  #note(leg: LegName, source: Endpoint, packet: WireGuardPacket): void {
    if (packet.type === "initiation" || packet.type === "response") this.#learnIndex(leg, packet.sender);
    const { confirmed } = this.legs[leg];
    if (confirmed === undefined || !sameEndpoint(confirmed.endpoint, source)) return;
    this.#set(leg, { confirmed: { ...confirmed, heardAt: this.#now, previous: undefined } });
  }

  #learnIndex(leg: LegName, index: number): void {
    const older = this.legs[leg].liveIndices.filter((live) => live !== index);
    this.#set(leg, { liveIndices: [index, ...older].slice(0, LIVE_INDICES) });
  }

  #forgetStale(leg: LegName): void {
    const { confirmed, openings } = this.legs[leg];
    const fresh = openings.filter(({ firstSeenAt }) => this.#now - firstSeenAt < CANDIDATE_MS);
    if (fresh.length < openings.length) this.#set(leg, { openings: fresh });
    if (confirmed === undefined) return;
    if (this.#now - confirmed.heardAt >= LEG_IDLE_MS) this.#lose(leg);
    else if (confirmed.relearnUntil !== undefined && this.#now >= confirmed.relearnUntil) {
      this.#set(leg, { confirmed: { ...confirmed, relearnUntil: undefined } });
    }
  }

  #lose(leg: LegName): void {
    this.#set(leg, { confirmed: undefined, liveIndices: [] });
    this.effects.push({ tag: "lost", leg });
  }

  #drop(reason: LearnerDrop): void {
    this.effects.push({ tag: "drop", reason });
  }

  /** Whether a handshake may still decide where the leg is. */
  #isOpen(leg: LegName): boolean {
    const { confirmed, rule } = this.legs[leg];
    switch (rule) {
      case "any":
        return confirmed === undefined || confirmed.relearnUntil !== undefined;
      case "stun":
        return false;
      case "handshakes":
        return true;
    }
  }

  #mayBeAt(leg: LegName, endpoint: Endpoint): boolean {
    return this.#isOpen(leg) || sameEndpoint(this.legs[leg].confirmed?.endpoint, endpoint);
  }

  #legAt(source: Endpoint): LegName | undefined {
    return (
      LEG_NAMES.find((leg) => sameEndpoint(this.legs[leg].confirmed?.endpoint, source)) ??
      LEG_NAMES.find((leg) => sameEndpoint(this.legs[leg].confirmed?.previous, source))
    );
  }

  #edit(leg: LegName, source: Endpoint, change: (opening: Opening) => Partial<Opening>): void {
    this.#set(leg, {
      openings: this.legs[leg].openings.map((one) =>
        sameEndpoint(one.source, source) ? { ...one, ...change(one) } : one,
      ),
    });
  }

  #set(leg: LegName, change: Partial<Leg>): void {
    this.legs[leg] = { ...this.legs[leg], ...change };
  }
}
