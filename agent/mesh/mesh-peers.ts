import type { KeyObject } from "node:crypto";
import { checkKeyOf } from "../../protocol/check-key.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId, NetworkId } from "../../protocol/ids.ts";
import { announcedEndpoints, uniqueEndpoints } from "../registry/bootstrap.ts";
import type { Roster, RosterMember } from "../registry/roster.ts";
import type { MeshPeer } from "./mesh-peer.ts";
import type { CheckCredentials } from "./peer-sockets.ts";
import { checkCredential, shortId } from "./stun-names.ts";

export type MeshPeersParts = {
  readonly network: NetworkId;
  readonly self: MemberId;
  /** Own private X25519 key. */
  readonly exchangeKey: KeyObject;
};

/** Makes of the roster what the connector works with. Owner of the keys that protect checks, one for each peer. */
export class MeshPeers {
  readonly #parts: MeshPeersParts;
  /** An X25519 agreement each: made once, and not at every change of the roster. */
  readonly #keyByMember = new Map<MemberId, Uint8Array>();

  constructor(parts: MeshPeersParts) {
    this.#parts = parts;
  }

  /** Everybody but ourselves. Of their public endpoints, and those of `bootstrap`, those that `canReach` says yes to. */
  of(
    roster: Roster,
    canReach: (address: string) => boolean,
    bootstrap: (member: RosterMember) => readonly Endpoint[] = () => [],
  ): readonly MeshPeer[] {
    for (const id of this.#keyByMember.keys()) if (!roster.members.has(id)) this.#keyByMember.delete(id);
    return [...roster.members.values()].flatMap((member) => {
      const { self } = this.#parts;
      if (member.id === self) return [];
      // Whose place we are taking has our own addresses.
      if (roster.successors.get(member.id)?.id === self) return [];
      const key = this.#keyFor(member);
      // A key of low order would make the checks anybody's: such a certificate is nobody's honest work.
      if (key === undefined) return [];
      // What records say goes first: who has announced itself elsewhere has moved.
      const known = [...announcedEndpoints(roster, member.id), ...bootstrap(member)];
      const outbound = checkCredential(member.id, self, key);
      const reachable = uniqueEndpoints(known).filter(({ address }) => canReach(address));
      return [meshPeer(member, outbound, reachable)];
    });
  }

  /** By the start of the peer's id; see `stun-names.ts`. */
  checkKey(senderPrefix: string): { readonly peer: MemberId; readonly key: Uint8Array } | undefined {
    for (const [peer, key] of this.#keyByMember) if (shortId(peer) === senderPrefix) return { peer, key };
    return undefined;
  }

  /** What protects checks between this member and us, in both directions. */
  checks(id: MemberId): CheckCredentials | undefined {
    const key = this.#keyByMember.get(id);
    if (key === undefined) return undefined;
    const { self } = this.#parts;
    return { outbound: checkCredential(id, self, key), inbound: checkCredential(self, id, key) };
  }

  #keyFor({ id, exchangeKey }: RosterMember): Uint8Array | undefined {
    const known = this.#keyByMember.get(id);
    if (known !== undefined) return known;
    const { network, self } = this.#parts;
    const key = checkKeyOf(this.#parts.exchangeKey, exchangeKey, network, self, id);
    if (key !== undefined) this.#keyByMember.set(id, key);
    return key;
  }
}

function meshPeer(
  { id, name, wireguardKey, address4, address6 }: RosterMember,
  outbound: MeshPeer["outbound"],
  publicEndpoints: readonly Endpoint[],
): MeshPeer {
  return {
    id,
    name,
    publicKey: wireguardKey,
    allowedIps: [`${address4}/32`, `${address6}/128`],
    outbound,
    publicEndpoints,
  };
}
