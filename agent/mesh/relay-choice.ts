import type { ConnectionCache } from "../../cache/store.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { MAX_RELAY_RTTS, type RelayRtt } from "../../protocol/message.ts";
import type { RelayAnnouncement } from "../../protocol/record.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Roster, RosterMember } from "../registry/roster.ts";
import type { RelayHealth } from "../relay/client/relay-health.ts";
import {
  EASY_LOAD,
  placesOf,
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
  readonly clock: Pick<Clock, "monotonicNow">;
  readonly cache: Pick<ConnectionCache, "relayOrder" | "relaysTried">;
  readonly health: RelayHealth;
  readonly roster: () => Roster;
  /** The region that this host's configuration names; "" is none. */
  readonly region: string;
  readonly wishes: () => RelayWishes;
  /** Whether control connection and packets could get there. */
  readonly isReachable: (relay: MemberId, announced: RelayAnnouncement) => boolean;
  /** It has told us so, which is sooner than its announcement. */
  readonly isDraining: (relay: MemberId) => boolean;
  /** It has just refused. */
  readonly isHeldBack: (peer: MemberId, relay: MemberId) => boolean;
};

/** How old an order may be that is asked for again and again: announcements, load and distance change no faster. */
const RANKED_MS = 3_000;

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
  /** Bounded by the members: peers that are off are asked for again every second. */
  readonly #ranked = new Map<
    MemberId,
    { readonly ranked: readonly RankedRelay[]; readonly until: MonotonicMs }
  >();
  readonly #ofOthers = new Map<MemberId, RelayExperience>();
  #places: { readonly roster: Roster; readonly byId: ReadonlyMap<MemberId, number> } | undefined;

  constructor(parts: RelayChoiceParts) {
    this.#parts = parts;
  }

  /** Those that may be asked, the best first. Of now or of a moment ago. */
  order(peer: MemberId): readonly MemberId[] {
    return this.#rankedFor(peer).flatMap(({ place, facts }) => (place === undefined ? [] : [facts.relay]));
  }

  /** Those that may be asked for a second leg: a spare must not take the place of somebody's only relay. */
  orderForSpare(peer: MemberId): readonly MemberId[] {
    return this.#rankedFor(peer).flatMap(({ place, facts }) =>
      place === undefined || facts.load >= EASY_LOAD ? [] : [facts.relay],
    );
  }

  /** All volunteers but the two ends, with what speaks for and against each. */
  explain(peer: MemberId): readonly RankedRelay[] {
    const { self, roster } = this.#parts;
    const { members, relays } = roster();
    const ends = [self, peer].flatMap((id) => members.get(id) ?? []);
    const wished = this.#wishedFor(peer);
    const tried = this.#parts.cache.relaysTried(peer);
    const facts = [...relays].flatMap(([relay, { member, record }]) =>
      relay === self || relay === peer || record.content.endpoints.length === 0
        ? []
        : [this.#factsOf(member, record.content, peer, ends, wished, tried)],
    );
    return rankRelays(facts, turnOf(self, peer, this.#placeById()));
  }

  /** What is known of volunteers has changed, in a way that matters at once. */
  refresh(): void {
    this.#ranked.clear();
    this.#ofOthers.clear();
  }

  /** Not to be used for this peer, whatever else is there. */
  isBanned(peer: MemberId, relay: MemberId): boolean {
    return this.#wishedFor(peer).ban(relay);
  }

  /** Another one should carry what this relay does: one that is pinned, or one of `others` that is much better. */
  isSecondChoice(peer: MemberId, relay: MemberId, others: readonly MemberId[]): boolean {
    const asked = this.#rankedFor(peer).filter(({ place }) => place !== undefined);
    const own = asked.find(({ facts }) => facts.relay === relay);
    if (own === undefined || own.facts.isPinned) return false;
    const isMeasured = ({ ownRttMs, peerRttMs }: RelayFacts): boolean =>
      ownRttMs !== undefined && peerRttMs !== undefined;
    return asked.some(({ facts, score }) => {
      if (facts.isPinned) return !this.#parts.isHeldBack(peer, facts.relay);
      if (!others.includes(facts.relay) || !isMeasured(facts) || !isMeasured(own.facts)) return false;
      return score > own.score * MUCH_BETTER;
    });
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
    this.#ranked.delete(peer);
  }

  /** Members that are gone take what they told with them. */
  retain(isMember: (id: MemberId) => boolean): void {
    for (const id of this.#toldByPeer.keys()) if (!isMember(id)) this.#toldByPeer.delete(id);
    this.refresh();
  }

  #rankedFor(peer: MemberId): readonly RankedRelay[] {
    const now = this.#parts.clock.monotonicNow();
    const known = this.#ranked.get(peer);
    if (known !== undefined && now < known.until) return known.ranked;
    for (const [id, { until }] of this.#ranked) {
      // In the order in which they were made.
      if (now < until) break;
      this.#ranked.delete(id);
      this.#ofOthers.clear();
    }
    const ranked = this.explain(peer);
    this.#ranked.delete(peer);
    this.#ranked.set(peer, { ranked, until: monotonicMs(now + RANKED_MS) });
    return ranked;
  }

  #placeById(): ReadonlyMap<MemberId, number> {
    const roster = this.#parts.roster();
    if (this.#places?.roster !== roster) this.#places = { roster, byId: placesOf(roster.members.keys()) };
    return this.#places.byId;
  }

  #experienceWith(peer: MemberId, relay: MemberId, tried: readonly string[]): RelayExperience {
    const { cache, self } = this.#parts;
    const known = tried.includes(relay) ? undefined : this.#ofOthers.get(relay);
    if (known !== undefined) return known;
    // With nobody's own experience that of all others counts, which is the same whoever it is.
    const [remembered] = cache.relayOrder(tried.includes(relay) ? peer : self, [relay]);
    const experience: RelayExperience =
      remembered === undefined ? { basis: "untried" } : experienceOf(remembered);
    if (!tried.includes(relay)) this.#ofOthers.set(relay, experience);
    return experience;
  }

  #factsOf(
    { id: relay }: RosterMember,
    announced: RelayAnnouncement,
    peer: MemberId,
    ends: readonly RosterMember[],
    wished: Wished,
    tried: readonly string[],
  ): RelayFacts {
    const { health, region } = this.#parts;
    const measured = health.of(relay);
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
      experience: this.#experienceWith(peer, relay, tried),
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
