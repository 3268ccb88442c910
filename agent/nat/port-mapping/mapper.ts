import { sameEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import { monotonicMs, type MonotonicMs } from "../../../protocol/time.ts";
import type { Mapped, News, Purpose, Target } from "./dialect.ts";
import { igdDialect } from "./igd-dialect.ts";
import { beginTalk, hear, newLine, talkWakeAt, wakeTalk, type Line, type Send, type Turn } from "./line.ts";
import type { Answer } from "./message.ts";
import { natPmpDialect } from "./nat-pmp-dialect.ts";
import { pcpDialect } from "./pcp-dialect.ts";
import { MAPPING_PROTOCOLS, type MappingProtocol } from "./protocol.ts";
import type { Dialect } from "./dialect.ts";

/** What a gateway has shown of itself in one protocol. */
export type Standing =
  | { readonly tag: "unknown" }
  | { readonly tag: "present" }
  /** `reason` is a fixed word: "no-answer", or of the protocol's errors. */
  | { readonly tag: "refused"; readonly reason: string; readonly retryAfterSec?: number };

export type Mapping = { readonly protocol: MappingProtocol; readonly external: Endpoint };

type Phase =
  /** No gateway, or none that maps. */
  | { readonly tag: "waiting"; readonly until: MonotonicMs }
  /** Until then a better protocol's silence is waited for. */
  | { readonly tag: "finding"; readonly graceUntil: MonotonicMs }
  | { readonly tag: "mapping"; readonly protocol: MappingProtocol }
  | {
      readonly tag: "held";
      readonly protocol: MappingProtocol;
      readonly lookAt: MonotonicMs;
      readonly renewAt: MonotonicMs;
      readonly expiresAt: MonotonicMs;
    }
  | { readonly tag: "releasing"; readonly protocol: MappingProtocol }
  | { readonly tag: "released" };

type Lines = {
  readonly pcp: Line<typeof pcpDialect.blank>;
  readonly "nat-pmp": Line<typeof natPmpDialect.blank>;
  readonly "upnp-igd": Line<typeof igdDialect.blank>;
};

export type MapperState = {
  readonly target: Target | undefined;
  readonly phase: Phase;
  readonly lines: Lines;
  readonly standings: Readonly<Record<MappingProtocol, Standing>>;
  readonly mapping: Mapping | undefined;
  /** The last mapping's: a gateway that has forgotten it is asked for the same. */
  readonly wish: Endpoint | undefined;
};

export type MapperInput =
  /** The gateway now, if any; the same as before means: look at once. */
  | { readonly input: "target"; readonly target: Target | undefined }
  | { readonly input: "answer"; readonly answer: Answer }
  | { readonly input: "wake" }
  /** Deletes the mapping and asks nothing any more. */
  | { readonly input: "release" };

export type MapperEffect =
  | Send
  /** `mapping` is another one, or there is none any more. */
  | { readonly effect: "mapping-changed" }
  /** Time to see whether there is another gateway; `target` is the answer. */
  | { readonly effect: "read-gateway" }
  | { readonly effect: "released" };

export type MapperStep = { readonly state: MapperState; readonly effects: readonly MapperEffect[] };

/**
 * A gateway answers on the LAN within milliseconds: who has not by then is passed over for a protocol that has. Retransmissions
 * go on all the same, for where none has.
 */
export const GRACE_MS = 500;

/** One datagram on the LAN: a gateway that was restarted is noticed within this. */
export const LOOK_MS = 30_000;

/** A gateway on which somebody turned port mapping on is found within this. */
export const FIND_AGAIN_MS = 300_000;

/** An error that a gateway calls lasting (RFC 6887, section 7.4) is believed for as long at most, as its section 15 advises. */
const MAX_RETRY_AFTER_SEC = 1_800;

/** RFC 6887, section 11.2.1: the least time between renewals. */
const MIN_RENEWAL_MS = 4_000;

/** What is granted for longer counts as this. */
const MAX_LIFETIME_SEC = 86_400;

const UNKNOWN: Standing = { tag: "unknown" };

export function newMapper(now: MonotonicMs): MapperState {
  return {
    target: undefined,
    phase: { tag: "waiting", until: monotonicMs(now + FIND_AGAIN_MS) },
    ...blank(),
    mapping: undefined,
    wish: undefined,
  };
}

/**
 * A port mapping of this host: finds out which protocols the gateway speaks, uses the best, keeps the lease, notices that the gateway has
 * forgotten it or moved it, and deletes it in the end.
 */
export function stepMapper(state: MapperState, input: MapperInput, now: MonotonicMs): MapperStep {
  const { tag } = state.phase;
  if (tag === "released") return { state, effects: [] };
  switch (input.input) {
    case "release":
      return release(state, now);
    case "target":
      return tag === "releasing" ? { state, effects: [] } : onTarget(state, input.target, now);
    case "answer":
      return eachLine(state, now, (line, dialect, view) => hear(line, dialect, view, input.answer, now));
    case "wake":
      return andThen(
        eachLine(state, now, (line) => wakeTalk(line, now)),
        (after) => onPhaseDue(after, now),
      );
  }
}

export function mapperWakeAt({ phase, lines, standings }: MapperState): MonotonicMs | undefined {
  const times = [
    ...MAPPING_PROTOCOLS.map((protocol) => talkWakeAt(lines[protocol])),
    phase.tag === "waiting" ? phase.until : undefined,
    phase.tag === "finding" && isAnyPresent(standings) ? phase.graceUntil : undefined,
    // While the gateway is asked, its answer or silence comes first.
    phase.tag === "held" ? phase.expiresAt : undefined,
    phase.tag === "held" && lines[phase.protocol].talk === undefined
      ? monotonicMs(Math.min(phase.lookAt, phase.renewAt))
      : undefined,
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : monotonicMs(Math.min(...times));
}

function onTarget(state: MapperState, target: Target | undefined, now: MonotonicMs): MapperStep {
  if (target !== undefined && isSameTarget(state.target, target)) {
    if (state.phase.tag === "held") {
      const { protocol } = state.phase;
      return state.lines[protocol].talk === undefined
        ? begin(state, protocol, "look", now)
        : { state, effects: [] };
    }
    return state.phase.tag === "waiting" ? find(state, now) : { state, effects: [] };
  }
  const fresh = drop({ ...state, target, ...blank(), wish: undefined });
  return andThen(fresh, (after) =>
    target === undefined ? { state: waiting(after, now, FIND_AGAIN_MS), effects: [] } : find(after, now),
  );
}

/** All protocols at once: a probe changes nothing at the gateway. */
function find(state: MapperState, now: MonotonicMs): MapperStep {
  const phase: Phase = { tag: "finding", graceUntil: monotonicMs(now + GRACE_MS) };
  const asked: MapperStep = { state: { ...state, ...blank(), phase }, effects: [] };
  return MAPPING_PROTOCOLS.reduce(
    (step, protocol) => andThen(step, (after) => begin(after, protocol, "probe", now)),
    asked,
  );
}

/** The best protocol that the gateway speaks; better ones that are still being asked are waited for, for a while. */
function decide(state: MapperState, graceUntil: MonotonicMs, now: MonotonicMs): MapperStep {
  const tagOf = (protocol: MappingProtocol): Standing["tag"] => state.standings[protocol].tag;
  const present = MAPPING_PROTOCOLS.find((each) => tagOf(each) === "present");
  const open = MAPPING_PROTOCOLS.find((each) => tagOf(each) !== "refused");
  const protocol = now >= graceUntil ? (present ?? open) : open;
  if (protocol === undefined) {
    const retryAfterSec = Object.values(state.standings).map((each) =>
      each.tag === "refused" ? (each.retryAfterSec ?? 0) : 0,
    );
    const retryMs = Math.min(Math.max(...retryAfterSec), MAX_RETRY_AFTER_SEC) * 1000;
    return { state: waiting(state, now, Math.max(FIND_AGAIN_MS, retryMs)), effects: [] };
  }
  if (tagOf(protocol) === "unknown") {
    return { state: { ...state, phase: { tag: "finding", graceUntil } }, effects: [] };
  }
  return begin({ ...state, phase: { tag: "mapping", protocol } }, protocol, "map", now);
}

function onNews(
  state: MapperState,
  protocol: MappingProtocol,
  purpose: Purpose,
  news: News,
  now: MonotonicMs,
): MapperStep {
  const { phase } = state;
  const isCurrent = "protocol" in phase && phase.protocol === protocol;
  if (purpose === "probe") {
    const standing: Standing = news.tag === "refused" ? news : { tag: "present" };
    const known = { ...state, standings: { ...state.standings, [protocol]: standing } };
    return phase.tag === "finding" ? decide(known, phase.graceUntil, now) : { state: known, effects: [] };
  }
  if (!isCurrent) return { state, effects: [] };
  switch (phase.tag) {
    case "releasing":
      return {
        state: { ...state, phase: { tag: "released" }, mapping: undefined },
        effects: [{ effect: "released" }],
      };
    case "mapping":
      return news.tag === "mapped"
        ? hold(state, protocol, news, now)
        : afterRefusal(state, protocol, news, now);
    case "held":
      switch (news.tag) {
        case "mapped":
          return hold(state, protocol, news, now);
        case "lost":
          return andThen(drop(state), (after) =>
            begin({ ...after, phase: { tag: "mapping", protocol } }, protocol, "map", now),
          );
        case "refused":
        case "kept":
        case "present":
        case "unmapped":
          return { state: { ...state, phase: askLater(phase, purpose, now) }, effects: [] };
      }
  }
  return { state, effects: [] };
}

function afterRefusal(
  state: MapperState,
  protocol: MappingProtocol,
  news: News,
  now: MonotonicMs,
): MapperStep {
  const refusal = news.tag === "refused" ? news : ({ tag: "refused", reason: "malformed-answer" } as const);
  return decide({ ...state, standings: { ...state.standings, [protocol]: refusal } }, now, now);
}

function hold(
  state: MapperState,
  protocol: MappingProtocol,
  { external, lifetimeSec }: Mapped,
  now: MonotonicMs,
): MapperStep {
  const lifetimeMs = Math.min(lifetimeSec, MAX_LIFETIME_SEC) * 1000;
  const held: MapperState = {
    ...state,
    phase: {
      tag: "held",
      protocol,
      lookAt: monotonicMs(now + LOOK_MS),
      renewAt: monotonicMs(now + Math.max(lifetimeMs / 2, MIN_RENEWAL_MS)),
      expiresAt: monotonicMs(now + Math.max(lifetimeMs, 2 * MIN_RENEWAL_MS)),
    },
    mapping: { protocol, external },
    wish: external,
  };
  const isNew = !sameEndpoint(external, state.mapping?.external) || state.mapping?.protocol !== protocol;
  return { state: held, effects: isNew ? [{ effect: "mapping-changed" }] : [] };
}

/** The lease's half is for trying again: at half of what is left each time (RFC 6887, section 11.2.1). */
function askLater(phase: Extract<Phase, { tag: "held" }>, purpose: Purpose, now: MonotonicMs): Phase {
  if (purpose !== "map") return { ...phase, lookAt: monotonicMs(now + LOOK_MS) };
  const waitMs = Math.max((phase.expiresAt - now) / 2, MIN_RENEWAL_MS);
  return { ...phase, renewAt: monotonicMs(now + waitMs) };
}

function onPhaseDue(state: MapperState, now: MonotonicMs): MapperStep {
  const { phase } = state;
  if (phase.tag === "waiting" && now >= phase.until) {
    return { state: waiting(state, now, FIND_AGAIN_MS), effects: [{ effect: "read-gateway" }] };
  }
  if (phase.tag === "finding" && now >= phase.graceUntil && isAnyPresent(state.standings)) {
    return decide(state, phase.graceUntil, now);
  }
  if (phase.tag !== "held") return { state, effects: [] };
  if (now >= phase.expiresAt) {
    // Whoever let the lease run out does not answer any more: the gateway may be another one.
    return andThen(drop(state), (after) => ({
      state: waiting({ ...after, ...blank() }, now, FIND_AGAIN_MS),
      effects: [{ effect: "read-gateway" }],
    }));
  }
  if (state.lines[phase.protocol].talk !== undefined) return { state, effects: [] };
  if (now >= phase.renewAt) return begin(state, phase.protocol, "map", now);
  return now >= phase.lookAt ? begin(state, phase.protocol, "look", now) : { state, effects: [] };
}

function release(state: MapperState, now: MonotonicMs): MapperStep {
  const { phase } = state;
  if (phase.tag === "releasing") return { state, effects: [] };
  // One that was only asked for may have been granted.
  if (phase.tag === "held" || phase.tag === "mapping") {
    const { protocol } = phase;
    return begin({ ...state, phase: { tag: "releasing", protocol } }, protocol, "unmap", now);
  }
  return { state: { ...state, ...blank(), phase: { tag: "released" } }, effects: [{ effect: "released" }] };
}

function drop(state: MapperState): MapperStep {
  const effects = state.mapping === undefined ? [] : [{ effect: "mapping-changed" } as const];
  return { state: { ...state, mapping: undefined }, effects };
}

function waiting(state: MapperState, now: MonotonicMs, ms: number): MapperState {
  return { ...state, phase: { tag: "waiting", until: monotonicMs(now + ms) } };
}

function blank(): Pick<MapperState, "lines" | "standings"> {
  return {
    lines: {
      pcp: newLine(pcpDialect),
      "nat-pmp": newLine(natPmpDialect),
      "upnp-igd": newLine(igdDialect),
    },
    standings: { pcp: UNKNOWN, "nat-pmp": UNKNOWN, "upnp-igd": UNKNOWN },
  };
}

type LineTurn = <Memory>(
  line: Line<Memory>,
  dialect: Dialect<Memory>,
  view: { readonly target: Target; readonly external: Endpoint | undefined },
) => Turn<Memory>;

function begin(
  state: MapperState,
  protocol: MappingProtocol,
  purpose: Purpose,
  now: MonotonicMs,
): MapperStep {
  return onLine(state, protocol, now, (line, dialect, view) =>
    beginTalk(line, dialect, { ...view, purpose }, now),
  );
}

function eachLine(state: MapperState, now: MonotonicMs, turn: LineTurn): MapperStep {
  return MAPPING_PROTOCOLS.reduce<MapperStep>(
    (step, protocol) => andThen(step, (after) => onLine(after, protocol, now, turn)),
    { state, effects: [] },
  );
}

/** Lets one line take its turn, and acts on what came out. */
function onLine(state: MapperState, protocol: MappingProtocol, now: MonotonicMs, turn: LineTurn): MapperStep {
  const { target, lines } = state;
  if (target === undefined) return { state, effects: [] };
  const view = { target, external: state.mapping?.external ?? state.wish };
  const { changed, effects, outcome } = turned(lines, protocol, (line, dialect) => turn(line, dialect, view));
  const after: MapperStep = { state: { ...state, lines: { ...lines, ...changed } }, effects };
  if (outcome === undefined) return after;
  return andThen(after, (next) => onNews(next, protocol, outcome.purpose, outcome.news, now));
}

function turned(
  lines: Lines,
  protocol: MappingProtocol,
  turn: <Memory>(line: Line<Memory>, dialect: Dialect<Memory>) => Turn<Memory>,
): Omit<Turn<unknown>, "line"> & { readonly changed: Partial<Lines> } {
  switch (protocol) {
    case "pcp": {
      const { line, ...rest } = turn(lines.pcp, pcpDialect);
      return { changed: { pcp: line }, ...rest };
    }
    case "nat-pmp": {
      const { line, ...rest } = turn(lines["nat-pmp"], natPmpDialect);
      return { changed: { "nat-pmp": line }, ...rest };
    }
    case "upnp-igd": {
      const { line, ...rest } = turn(lines["upnp-igd"], igdDialect);
      return { changed: { "upnp-igd": line }, ...rest };
    }
  }
}

function andThen(step: MapperStep, next: (state: MapperState) => MapperStep): MapperStep {
  const { state, effects } = next(step.state);
  return { state, effects: [...step.effects, ...effects] };
}

function isAnyPresent(standings: MapperState["standings"]): boolean {
  return Object.values(standings).some(({ tag }) => tag === "present");
}

function isSameTarget(before: Target | undefined, after: Target): boolean {
  return before?.gateway === after.gateway && before.own === after.own && before.port === after.port;
}
