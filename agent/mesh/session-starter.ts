import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Logger } from "../log.ts";
import { OBSERVE_MS } from "../path/state.ts";
import type { PeerChange } from "../wireguard/peer-change.ts";
import { awaitHandshake, hasSession, type MeshPeer, type PeerEntry } from "./mesh-peer.ts";

export type SessionStarterPorts = {
  /** Whether packets other than WireGuard's reach the peer, so that one end can learn the way from the other. */
  readonly hasChecks: boolean;
  /** Whether others reach this host at an announced address. */
  isPublic(): boolean;
  push(change: PeerChange): void;
  /** WireGuard was made to do something that is worth a look, at the latest then. */
  observeBy(at: MonotonicMs): void;
};

/** NAT mappings of 30 s are common (RFC 4787 wants 120): WireGuard's documented default for hosts behind NATs. */
const KEEPALIVE_SEC = 25;
/** A peer that does not answer may be off: asking it costs a spawn. */
const KICK_AGAIN_MS = 3_000;
/** Makes WireGuard send something now. */
const KICK = { kick: true, keepaliveSec: KEEPALIVE_SEC } as const;

/** Makes WireGuard begin a session, or send on the one that it has, at the one end of each pair that should. */
export class SessionStarter {
  readonly #self: MemberId;
  readonly #log: Logger;
  readonly #ports: SessionStarterPorts;

  constructor(parts: { self: MemberId; log: Logger; ports: SessionStarterPorts }) {
    this.#self = parts.self;
    this.#log = parts.log;
    this.#ports = parts.ports;
  }

  /** WireGuard sends there, with the session that it has. */
  move({ publicKey }: MeshPeer, endpoint: Endpoint): void {
    this.#ports.push({ publicKey, endpoint, ...KICK });
  }

  /**
   * Without a session one end begins: two initiations that cross undo each other, since WireGuard keeps one handshake
   * per peer, and both ends would wait 5 s. The other end does not even tell WireGuard where to, or a packet of its
   * user would begin; it learns the endpoint from the initiation, and steps in where none comes. Without STUN it has
   * to send, for its packets are what opens the way.
   */
  begin(entry: PeerEntry, endpoint: Endpoint, now: MonotonicMs): void {
    const { peer } = entry;
    if (!this.#ports.hasChecks) {
      // Both ends have to send here: with retries of ours beside WireGuard's own they would only cross more often.
      this.#sendInitiation(peer, endpoint);
      return;
    }
    const begins = this.#initiates(peer);
    entry.handshake = awaitHandshake(endpoint, 0, begins, now);
    if (begins) this.#sendInitiation(peer, endpoint);
  }

  #sendInitiation(peer: MeshPeer, endpoint: Endpoint): void {
    const { publicKey, allowedIps } = peer;
    this.#ports.push({ publicKey, endpoint, ...KICK, reset: true, allowedIps });
  }

  /**
   * A relay drops what comes before both legs are bound, also the keepalive that was to show the way to the other end;
   * with a session, and nobody sending, nothing would follow for 25 s. Our leg answers now: send again.
   */
  kickSilentLeg(entry: PeerEntry, now: MonotonicMs): void {
    const { path, peer } = entry;
    if (path.tag !== "none" || path.leg === undefined || !hasSession(path) || now < entry.kickAt) return;
    entry.kickAt = monotonicMs(now + KICK_AGAIN_MS);
    this.move(peer, path.leg.endpoint);
    this.#ports.observeBy(monotonicMs(now + OBSERVE_MS));
  }

  /** Who dials a public endpoint is the one who knows that it has to; among equals the smaller id. */
  #initiates(peer: MeshPeer): boolean {
    const isPublic = this.#ports.isPublic();
    const isPeerPublic = peer.publicEndpoints.length > 0;
    return isPublic === isPeerPublic ? this.#self < peer.id : isPeerPublic;
  }

  retry(entry: PeerEntry, now: MonotonicMs): void {
    const { handshake, peer } = entry;
    if (handshake === undefined || now < handshake.dueAt) return;
    if (hasSession(entry.path)) {
      entry.handshake = undefined;
      // Nothing keeps the mapping alive where the other end began.
      this.#ports.push({ publicKey: peer.publicKey, keepaliveSec: KEEPALIVE_SEC });
      return;
    }
    if (entry.askedAt < handshake.dueAt) {
      // On a busy host the last look is older than a session may be.
      if (now >= handshake.retryAt) this.#ports.observeBy(now);
      entry.handshake = { ...handshake, retryAt: monotonicMs(now + OBSERVE_MS) };
      return;
    }
    const tries = handshake.tries + 1;
    entry.handshake = awaitHandshake(handshake.endpoint, tries, this.#initiates(peer), now);
    this.#log.debug({ peer: peer.name, tries }, "handshake tried again");
    this.#sendInitiation(peer, handshake.endpoint);
    this.#ports.observeBy(monotonicMs(now + OBSERVE_MS));
  }
}
