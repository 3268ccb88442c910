import type { ConnectionCache } from "../../cache/store.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { MAX_RELAY_RTTS, type RelayRtt } from "../../protocol/message.ts";
import type { RelayAnnouncement } from "../../protocol/record.ts";
import type { Roster, RosterMember } from "../registry/roster.ts";
import type { RelayHealth } from "../relay/client/relay-health.ts";
import {
  rankRelays,
  turnOf,
  type RankedRelay,
  type RelayBar,
  type RelayExperience,
  type RelayFacts,
} from "../relay/client/selection.ts";
import { isAllowed } from "../relay/server/policy.ts";

/** Entries are "relay" for whatever peer, or "peer=relay"; names or ids. */
export type RelayWishes = { readonly pin: readonly string[]; readonly ban: readonly string[] };

export type RelayChoiceParts = {
  readonly self: MemberId;
  readonly cache: Pick<ConnectionCache, "relayOrder">;
  readonly health: RelayHealth;
  readonly roster: () => Roster;
  /** The region that this host's configuration names; "" is none. */
  readonly region: string;
  readonly wishes: () => RelayWishes;
  /** Whether control connection and packets could get there. */
  readonly isReachable: (relay: MemberId, announced: RelayAnnouncement) => boolean;
  /** It has told us so, which is sooner than its announcement. */
  readonly isDraining: (relay: MemberId) => boolean;
};

/** A relay that is this much better carries the path also where another one does well: 40 ms in place of 110. */
const MUCH_BETTER = 1.5;

/**
 * Which volunteers could relay to a peer, and how good each is: brings together what is announced, measured, remembered,
 * told by the peer and wished for by the operator.
 */
export class RelayChoice {
  readonly #parts: RelayChoiceParts;
  /** As they told us; bounded by the members, and `MAX_RELAY_RTTS` each. */
  readonly #toldByPeer = new Map<MemberId, ReadonlyMap<MemberId, number>>();

  constructor(parts: RelayChoiceParts) {
    this.#parts = parts;
  }

  /** Those that may be asked, the best first. */
  order(peer: MemberId): readonly MemberId[] {
    return this.explain(peer).flatMap(({ place, facts }) => (place === undefined ? [] : [facts.relay]));
  }

  /** All volunteers but the two ends, with what speaks for and against each. */
  explain(peer: MemberId): readonly RankedRelay[] {
    const { self, roster } = this.#parts;
    const { members, relays } = roster();
    const ends = [self, peer].flatMap((id) => members.get(id) ?? []);
    const wished = this.#wishedFor(peer);
    const facts = [...relays].flatMap(([relay, { member, record }]) =>
      relay === self || relay === peer || record.content.endpoints.length === 0
        ? []
        : [this.#factsOf(member, record.content, peer, ends, wished)],
    );
    return rankRelays(facts, turnOf(self, peer, members.keys()));
  }

  /** Not to be used for this peer, whatever else is there. */
  isBanned(peer: MemberId, relay: MemberId): boolean {
    return this.#wishedFor(peer).ban(relay);
  }

  /** Another relay should carry what this one carries now. */
  isSecondChoice(peer: MemberId, relay: MemberId): boolean {
    const ranked = this.explain(peer);
    const [best] = ranked;
    const own = ranked.find(({ facts }) => facts.relay === relay);
    if (best?.place === undefined || own === undefined || best === own) return false;
    if (best.facts.isPinned) return !own.facts.isPinned;
    const isMeasured = [best, own].every(
      ({ facts }) => facts.ownRttMs !== undefined && facts.peerRttMs !== undefined,
    );
    return isMeasured && best.score > own.score * MUCH_BETTER;
  }

  /** What this host has measured, for its peers: the nearest first. */
  get ownRtts(): readonly RelayRtt[] {
    const { roster, health, self } = this.#parts;
    return [...roster().relays.keys()]
      .flatMap((relay) => {
        const { rttMs } = health.of(relay);
        return rttMs === undefined || relay === self ? [] : [{ relay, rttMs }];
      })
      .toSorted((a, b) => a.rttMs - b.rttMs)
      .slice(0, MAX_RELAY_RTTS);
  }

  onPeerRtts(peer: MemberId, rtts: readonly RelayRtt[]): void {
    this.#toldByPeer.set(peer, new Map(rtts.map(({ relay, rttMs }) => [relay, rttMs])));
  }

  /** Members that are gone take what they told with them. */
  retain(isMember: (id: MemberId) => boolean): void {
    for (const id of this.#toldByPeer.keys()) if (!isMember(id)) this.#toldByPeer.delete(id);
  }

  #factsOf(
    { id: relay }: RosterMember,
    announced: RelayAnnouncement,
    peer: MemberId,
    ends: readonly RosterMember[],
    wished: Wished,
  ): RelayFacts {
    const { health, cache, region } = this.#parts;
    const measured = health.of(relay);
    const [remembered] = cache.relayOrder(peer, [relay]);
    return {
      relay,
      ownRttMs: measured.rttMs,
      peerRttMs: this.#toldByPeer.get(peer)?.get(relay),
      loss: measured.loss,
      health: measured.state,
      load: announced.load,
      bandwidthBps: announced.bandwidthBps,
      forwarder: announced.forwarder,
      isSameRegion: region !== "" && announced.region === region,
      experience: remembered === undefined ? { basis: "untried" } : experienceOf(remembered),
      isPinned: wished.pin(relay),
      bar: this.#barOf(relay, announced, ends, wished.ban(relay)),
    };
  }

  #barOf(
    relay: MemberId,
    announced: RelayAnnouncement,
    ends: readonly RosterMember[],
    isBanned: boolean,
  ): RelayBar | undefined {
    const { isReachable, isDraining } = this.#parts;
    if (isBanned) return "banned";
    if (announced.draining || isDraining(relay)) return "draining";
    if (announced.closed) return "closed";
    if (announced.allow.length > 0 && !isAllowed(announced, ends)) return "not-allowed";
    return isReachable(relay, announced) ? undefined : "unreachable";
  }

  #wishedFor(peer: MemberId): Wished {
    const { wishes, roster } = this.#parts;
    const { members } = roster();
    const peerNames: readonly (string | undefined)[] = [peer, members.get(peer)?.name];
    const { pin, ban } = wishes();
    const names = (entries: readonly string[]): ReadonlySet<string> =>
      new Set(
        entries.flatMap((entry) => {
          const [first = "", relay] = entry.split("=");
          if (relay === undefined) return [first];
          return peerNames.includes(first) ? [relay] : [];
        }),
      );
    const [pinned, banned] = [names(pin), names(ban)];
    const isIn = (set: ReadonlySet<string>, relay: MemberId): boolean =>
      set.has(relay) || set.has(members.get(relay)?.name ?? relay);
    return { pin: (relay) => isIn(pinned, relay), ban: (relay) => isIn(banned, relay) };
  }
}

type Wished = {
  pin(relay: MemberId): boolean;
  ban(relay: MemberId): boolean;
};

function experienceOf({ basis, score }: ReturnType<ConnectionCache["relayOrder"]>[number]): RelayExperience {
  if (basis === "untried") return { basis };
  const { success, recency, lastOutcome } = score.parts;
  return { basis, success, recency, lastOutcome };
}
