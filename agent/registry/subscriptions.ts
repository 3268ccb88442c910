import type { MemberId } from "../../protocol/ids.ts";

/**
 * Peers that push to us what is new. Each costs a copy of every record (4 KB of packets in and out with five of them, 2.5
 * with three); with three, news is with all of 1,000 members in six steps, and one that loses all three at once asks within
 * a minute (`npm run sim:registry`).
 */
export const MAX_SOURCES = 3;

export type Wish = { readonly to: MemberId; readonly wanted: boolean };

type Peer = { isSource: boolean; isSubscriber: boolean };

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
    this.#peers.set(peer, { isSource, isSubscriber: true });
    if (isSource) return [];
    const volunteer = this.#isVolunteer(peer) ? undefined : this.#sources().find(this.#isVolunteer);
    if (volunteer === undefined) return [{ to: peer, wanted: false }];
    this.#set(peer, true);
    this.#set(volunteer, false);
    return [{ to: volunteer, wanted: false }];
  }

  /** Another takes the place of a source. */
  disconnected(peer: MemberId): readonly Wish[] {
    const left = this.#peers.get(peer);
    this.#peers.delete(peer);
    if (left?.isSource !== true) return [];
    const others = this.peers.filter((id) => this.#peers.get(id)?.isSource === false);
    const next = others.find((id) => !this.#isVolunteer(id)) ?? others[0];
    if (next === undefined) return [];
    this.#set(next, true);
    return [{ to: next, wanted: true }];
  }

  heard(from: MemberId, wanted: boolean): void {
    const peer = this.#peers.get(from);
    if (peer !== undefined) peer.isSubscriber = wanted;
  }

  /** Whose turn it is. */
  next(): MemberId | undefined {
    const [first] = this.#peers;
    if (first === undefined) return undefined;
    const [id, peer] = first;
    this.#peers.delete(id);
    this.#peers.set(id, peer);
    return id;
  }

  #sources(): readonly MemberId[] {
    return this.peers.filter((id) => this.#peers.get(id)?.isSource === true);
  }

  #set(id: MemberId, isSource: boolean): void {
    const peer = this.#peers.get(id);
    if (peer !== undefined) peer.isSource = isSource;
  }
}
