import type { MemberId } from "../../protocol/ids.ts";

/**
 * Peers that push to us what is new. Each costs a copy of every record (4 KB of packets in and out with five of them, 2.5
 * with three); with three, news is with all of 1,000 members in six steps, and one that loses all three at once asks within
 * a minute (`npm run sim:registry`).
 */
export const MAX_SOURCES = 3;

/** Peers that we push to before we ask some to look elsewhere: one more than each needs, or nobody would find another. */
export const MAX_SUBSCRIBERS = 4;

export type Wish = { readonly to: MemberId; readonly wanted: boolean; readonly overloaded: boolean };

type Peer = {
  isSource: boolean;
  isSubscriber: boolean;
  /** It has said that it pushes to many; and we have, to it. */
  isOverloaded: boolean;
  isAskedToLeave: boolean;
};

/**
 * Who pushes to whom. The receiver chooses, so what comes in is bounded at every member, and what goes out of a volunteer
 * with hundreds of connections is what members without enough others ask of it. Who has said nothing is pushed to.
 */
export class Subscriptions {
  readonly #peers = new Map<MemberId, Peer>();
  readonly #isVolunteer: (peer: MemberId) => boolean;

  constructor(isVolunteer: (peer: MemberId) => boolean) {
    this.#isVolunteer = isVolunteer;
  }

  /** All that are connected, whoever was asked for an exchange longest ago first. */
  get peers(): readonly MemberId[] {
    return [...this.#peers.keys()];
  }

  get subscribers(): readonly MemberId[] {
    return [...this.#peers].flatMap(([id, { isSubscriber }]) => (isSubscriber ? [id] : []));
  }

  /** A volunteer has others to serve: it makes room for a peer that is none. */
  connected(peer: MemberId): readonly Wish[] {
    const isSource = this.#sources().length < MAX_SOURCES;
    this.#peers.delete(peer);
    this.#peers.set(peer, {
      isSource,
      isSubscriber: true,
      isOverloaded: false,
      isAskedToLeave: false,
    });
    if (isSource) return [];
    const volunteer = this.#isVolunteer(peer) ? undefined : this.#sources().find(this.#isVolunteer);
    if (volunteer === undefined) return [this.#wish(peer, false)];
    this.#wish(peer, true); // it is pushed to us already, as nothing else was said
    return [this.#wish(volunteer, false)];
  }

  /** Another takes the place of a source. */
  disconnected(peer: MemberId): readonly Wish[] {
    const left = this.#peers.get(peer);
    this.#peers.delete(peer);
    const next = left?.isSource === true ? this.#standIn(() => true) : undefined;
    return next === undefined ? [] : [this.#wish(next, true)];
  }

  /** Another takes the place of a source that is overloaded, where there is one that is not. */
  heard(from: MemberId, { wanted, overloaded }: Omit<Wish, "to">): readonly Wish[] {
    const peer = this.#peers.get(from);
    if (peer === undefined) return [];
    peer.isSubscriber = wanted;
    peer.isOverloaded = overloaded;
    if (!overloaded || !peer.isSource) return [];
    const next = this.#standIn((id) => this.#peers.get(id)?.isOverloaded === false);
    return next === undefined ? [] : [this.#wish(next, true), this.#wish(from, false)];
  }

  /** Asks those beyond the number that we like to push to. They stay until they have found another. */
  relieve(): readonly Wish[] {
    const { subscribers } = this;
    const others = subscribers.filter((id) => this.#peers.get(id)?.isAskedToLeave === false);
    const asked = subscribers.length - others.length;
    const more = Math.max(0, subscribers.length - MAX_SUBSCRIBERS - asked);
    return others.slice(others.length - more).flatMap((id) => {
      const peer = this.#peers.get(id);
      if (peer === undefined) return [];
      peer.isAskedToLeave = true;
      return [this.#wish(id, peer.isSource)];
    });
  }

  /** Whose turn it is; a volunteer's only where there are not enough others. */
  next(): MemberId | undefined {
    const members = this.peers.filter((id) => !this.#isVolunteer(id));
    const [id] = members.length >= MAX_SOURCES ? members : this.peers;
    const peer = id === undefined ? undefined : this.#peers.get(id);
    if (id === undefined || peer === undefined) return undefined;
    this.#peers.delete(id);
    this.#peers.set(id, peer);
    return id;
  }

  #sources(): readonly MemberId[] {
    return this.peers.filter((id) => this.#peers.get(id)?.isSource === true);
  }

  /** Members before volunteers, and those that push to few before the others. */
  #standIn(isFit: (id: MemberId) => boolean): MemberId | undefined {
    const rank = (id: MemberId): number =>
      Number(this.#isVolunteer(id)) * 2 + Number(this.#peers.get(id)?.isOverloaded);
    const others = this.peers.filter((id) => this.#peers.get(id)?.isSource === false && isFit(id));
    return others.sort((a, b) => rank(a) - rank(b))[0];
  }

  #wish(to: MemberId, wanted: boolean): Wish {
    const peer = this.#peers.get(to);
    if (peer !== undefined) peer.isSource = wanted;
    return { to, wanted, overloaded: peer?.isAskedToLeave ?? false };
  }
}
