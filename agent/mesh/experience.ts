import type { ConnectionCache } from "../../cache/store.ts";
import { sameEndpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { Candidate, CandidateKind } from "../nat/candidate.ts";
import type { MeshPeer } from "./mesh-peer.ts";

/** What the connection cache advises: whom to try where first. */
export class Experience {
  readonly #cache: ConnectionCache;

  constructor(cache: ConnectionCache) {
    this.#cache = cache;
  }

  /** What the cache remembers, in its order, then what the records say and nobody has tried. */
  candidatesOf(peer: MeshPeer): readonly Candidate[] {
    const cached = this.#cache.dialOrder(peer.id).flatMap(({ kind, endpoint }): readonly Candidate[] => {
      const direct = directKind(kind);
      return direct === undefined ? [] : [{ kind: direct, endpoint }];
    });
    const announced = peer.publicEndpoints
      .filter((endpoint) => !cached.some((c) => sameEndpoint(c.endpoint, endpoint)))
      .map((endpoint): Candidate => ({ kind: "host", endpoint }));
    return [...cached, ...announced];
  }

  /** Whether a direct way is likely enough to wait a moment for it before a relay is asked. */
  hasDirectHeadStart(peer: MemberId, isAnnounced: boolean): boolean {
    if (this.#cache.needsRelayFirst(peer)) return false;
    return isAnnounced || this.#cache.lastWorked(peer)?.type === "direct";
  }
}

function directKind(kind: string): CandidateKind | undefined {
  switch (kind) {
    case "host":
    case "server-reflexive":
    case "peer-reflexive":
    case "port-mapped":
      return kind;
  }
  return undefined;
}
