import { memberIdOf, type MemberId } from "../../protocol/ids.ts";
import { privateKeyOf, rawPublicKey } from "../../protocol/keys.ts";
import { wallMs, type WallMs } from "../../protocol/time.ts";
import { sleep, type Clock } from "../clock.ts";
import { rawOf, type Identity } from "../identity/identity.ts";
import { disown } from "../identity/membership.ts";
import { change, changeRecords, endRotation, exchangeKeySets } from "../identity/rotation.ts";
import { isAdmin, membershipOf } from "../identity/signer.ts";
import type { Rotation } from "../identity/state.ts";
import type { Logger } from "../log.ts";
import { SESSION_MS } from "../path/state.ts";
import type { Random } from "../random.ts";
import type { WireguardDevice } from "../wireguard/device.ts";
import type { WgPeer } from "../wireguard/dump.ts";
import type { PeerUpdate } from "../wireguard/peer-change.ts";
import type { Network } from "./network.ts";

export type KeyChangeParts = {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly device: Pick<WireguardDevice, "setPrivateKey" | "dump" | "apply">;
};

export type ChangingNetwork = Pick<Network, "connected" | "roster" | "sayFarewell" | "publish">;

/** A member that was let in is connected by then, on a bad line as well. */
export const TRY_MS = 15_000;
/** Doubles with every try: where nobody can be reached at all, trying the other keys does not help. */
const MAX_TRY_MS = 120_000;
/** As peers have it that are behind NATs. */
const KEEPALIVE_SEC = 25;
/** A round trip through a relay. Peers hear of the new key one after the other, the last within some 100 ms. */
const BEGIN_MS = 120;
const BEGIN_ROUNDS = 3;

/**
 * Brings a rotation of this member's keys to its end, whenever it was interrupted; see `rotation.ts`. Its owner restarts the network when
 * `goOn` or `tryOther` say so: it then runs with the other set of keys. Owns nothing.
 */
export class KeyChange {
  readonly #parts: KeyChangeParts;
  #tries = 0;

  constructor(parts: KeyChangeParts) {
    this.#parts = parts;
  }

  get #rotation(): Rotation | undefined {
    return this.#parts.identity.state.membership?.rotation;
  }

  /** How long to wait for somebody who takes the keys in use; undefined where there is only one set. */
  get tryMs(): number | undefined {
    if (this.#rotation?.farewell === undefined) return undefined;
    return Math.min(MAX_TRY_MS, TRY_MS * 2 ** this.#tries);
  }

  /**
   * Does the next step, if it can be done, with the network that runs. True: the keys in use are others now, WireGuard has
   * them, and the network has to be restarted. Throws AgentError `state.io`, `command.failed`.
   */
  async goOn(network: ChangingNetwork): Promise<boolean> {
    const { identity, clock } = this.#parts;
    const rotation = this.#rotation;
    const isAlone = network.roster.members.size === 1;
    if (rotation?.certificate === undefined) return false;
    if (network.connected.length === 0 && !isAlone) return false;
    if (rotation.isChanged) {
      await this.#end(network, rotation);
      return false;
    }
    await identity.update((state) =>
      rotation.farewell === undefined ? change(state, clock.wallNow()) : exchangeKeySets(state),
    );
    const records = changeRecords(membershipOf(identity.state));
    const isHeard = isAlone || (await network.sayFarewell(records));
    await this.#useKeys();
    // Where nobody may have heard it, the old keys may have to be tried again: then it must not count here either.
    if (isHeard) await network.publish(records);
    return true;
  }

  /** Nobody takes the keys in use, or they are known to be given up: the others are tried. As `goOn`. */
  async tryOther(): Promise<boolean> {
    if (this.#rotation?.farewell === undefined) return false;
    this.#tries++;
    await this.#parts.identity.update(exchangeKeySets);
    await this.#useKeys();
    this.#parts.log.info({ isNew: this.#rotation.isChanged }, "trying the other set of keys");
    return true;
  }

  /** Whether this host's revocation is its own change of keys. */
  isOwnDoing(network: Pick<Network, "roster">): boolean {
    const rotation = this.#rotation;
    if (rotation?.farewell === undefined || rotation.isChanged) return false;
    return network.roster.members.has(idOf(rotation));
  }

  /** Whoever is connected has taken the new keys, so the farewell has been heard. */
  async #end(network: ChangingNetwork, old: Rotation): Promise<void> {
    const { identity, clock, random, log } = this.#parts;
    await network.publish(changeRecords(membershipOf(identity.state)));
    if (isAdmin(identity.state, network.roster)) {
      const { records } = await identity.update((state) =>
        disown(state, network.roster, idOf(old), clock.wallNow(), random),
      );
      await network.publish(records.map(({ bytes }) => bytes));
    }
    await identity.update(endRotation);
    this.#tries = 0;
    log.info({}, "keys rotated: the old ones are of no use any more");
  }

  /**
   * At once, before the network restarts: what WireGuard sends with the old key nobody takes. Peers do not know where the new
   * key is, and wait; this host knows where they are. So it begins all sessions, and once more with those that may not have
   * heard of the new key in time: WireGuard itself would try again after 5 s.
   */
  async #useKeys(): Promise<void> {
    const { device, identity, clock } = this.#parts;
    const { peerByKey } = await device.dump();
    await device.setPrivateKey(identity.wireguardPrivateKey);
    const since = clock.wallNow() - 1_000; // WireGuard tells seconds
    let left = [...peerByKey.values()].flatMap((peer) => beginning(peer, clock.wallNow()));
    for (let round = 0; round < BEGIN_ROUNDS && left.length > 0; round++) {
      await device.apply(left);
      await sleep(clock, BEGIN_MS);
      const { peerByKey: now } = await device.dump();
      left = left.filter(({ publicKey }) => (now.get(publicKey)?.latestHandshakeAt ?? 0) < since);
    }
  }
}

/** A session with a peer that there is one with. */
function beginning(
  { publicKey, endpoint, allowedIps, latestHandshakeAt = wallMs(0), keepaliveSec = KEEPALIVE_SEC }: WgPeer,
  now: WallMs,
): readonly PeerUpdate[] {
  if (endpoint === undefined || now - latestHandshakeAt >= SESSION_MS) return [];
  return [{ publicKey, reset: true, allowedIps, endpoint, kick: true, keepaliveSec }];
}

function idOf({ identitySeed }: Rotation): MemberId {
  return memberIdOf(rawPublicKey(privateKeyOf("ed25519", rawOf(identitySeed))));
}
