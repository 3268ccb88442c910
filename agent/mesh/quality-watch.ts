import { familyOf, formatEndpoint, sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { PathReport } from "../../protocol/stun/path-report.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import { rankCandidates } from "../nat/candidate.ts";
import { shareOf } from "../path/comparison.ts";
import { pathWakeAt } from "../path/machine.ts";
import { MEASURE_PACE_MS } from "../path/path-quality.ts";
import { CONSENT_ACTIVE_MS, type PathInput } from "../path/state.ts";
import type { PeerEntry } from "./mesh-peer.ts";

export type QualityWatchPorts = {
  input(peer: MemberId, input: PathInput): void;
  /** Sends a consent probe that no path machine asked for. */
  probe(entry: PeerEntry, endpoint: Endpoint): void;
  /** How often our leg to the relay of this peer is probed; undefined: as the relay client does by itself. */
  setLegPace(peer: MemberId, paceMs: number | undefined): void;
  /** The direct path is in doubt, and there is no relay to compare it with. */
  wantRelay(peer: MemberId): void;
};

/** Lost in a row, a direct path that is not in use is no alternative. */
const DEAD_PROBES = 8;

/** Takes what probes bring to the measurements of each peer, and what those say to its path machine. Has no timer: its owner asks `dueAt`. */
export class QualityWatch {
  readonly #self: MemberId;
  readonly #clock: Clock;
  readonly #ports: QualityWatchPorts;

  constructor(parts: { self: MemberId; clock: Clock; ports: QualityWatchPorts }) {
    this.#self = parts.self;
    this.#clock = parts.clock;
    this.#ports = parts.ports;
  }

  /** See `PathQuality`. */
  onProbeSent({ quality }: PeerEntry, endpoint: Endpoint): boolean {
    return quality.onProbeSent(endpoint, this.#clock.monotonicNow());
  }

  /** Of a probe that counts. @param rttMs undefined: it was lost */
  onProbed(entry: PeerEntry, endpoint: Endpoint, sentAt: MonotonicMs, rttMs: number | undefined): void {
    entry.quality.onProbed(endpoint, sentAt, rttMs);
    if (!sameEndpoint(endpoint, entry.quality.other))
      entry.history.addProbe("direct", rttMs, this.#clock.wallNow());
    this.#look(entry);
  }

  /** The same of a probe of our leg. */
  onLegProbed(entry: PeerEntry, sentAt: MonotonicMs, rttMs: number | undefined): void {
    const counts = entry.quality.onLegProbed(sentAt, rttMs);
    if (counts) entry.history.addProbe("relay", rttMs, this.#clock.wallNow());
    this.#look(entry);
  }

  /** What the other end measures, with a probe from there or the answer to one of ours. */
  onReport(entry: PeerEntry, from: Endpoint, report: PathReport): void {
    entry.quality.onReport(report, this.#clock.monotonicNow());
    const { avoids } = report;
    if (avoids !== undefined)
      this.#ports.input(entry.peer.id, { kind: "peer-avoids", endpoint: from, worseBy: avoids });
    this.#look(entry);
  }

  report({ quality, path }: PeerEntry): PathReport {
    return quality.report(path, this.#clock.monotonicNow());
  }

  /** The path may be another one since. */
  onPath({ quality, path, ...entry }: PeerEntry): void {
    if (path.tag !== "direct") return;
    const other = this.#decides(entry.peer.id) ? otherDirect(path.endpoint, entry) : undefined;
    quality.setDirect(path.endpoint, other, this.#clock.monotonicNow());
  }

  /** When a tick of the path machine is due: more often than it says itself while packets flow, or while it is measured which path is better. */
  dueAt({ path, activeUntil, quality }: PeerEntry, isIdle: boolean): MonotonicMs | undefined {
    const at = pathWakeAt(path, isIdle);
    const isAvoiding = path.tag === "relayed" && path.avoided?.by === "us";
    const probedAt = path.tag === "direct" ? path.probedAt : isAvoiding ? path.avoided.probedAt : undefined;
    if (probedAt === undefined || at === undefined) return at;
    // What nobody uses and does not answer has a pace of its own: a tick that comes earlier does nothing, and would be due again at once.
    if (isIdle && path.tag === "direct" && path.unanswered > 0) return at;
    const isMeasuring = path.tag === "direct" && quality.isComparing(this.#clock.monotonicNow());
    return isMeasuring || probedAt <= activeUntil
      ? monotonicMs(Math.min(at, probedAt + CONSENT_ACTIVE_MS))
      : at;
  }

  /** The same for probes of the other direct path. */
  otherDueAt({ path, quality, otherProbedAt }: PeerEntry): MonotonicMs | undefined {
    if (path.tag !== "direct" || quality.other === undefined) return undefined;
    return quality.otherDueAt(otherProbedAt, this.#clock.monotonicNow());
  }

  step(entry: PeerEntry, now: MonotonicMs): void {
    const { other } = entry.quality;
    if (other === undefined || now < (this.otherDueAt(entry) ?? Infinity)) return;
    entry.otherProbedAt = now;
    this.#ports.probe(entry, other);
  }

  /** Of round trips on the direct path. */
  lossShare({ quality }: PeerEntry): number | undefined {
    const figures = quality.direct(this.#clock.monotonicNow());
    return figures && shareOf(figures.recent);
  }

  #look(entry: PeerEntry): void {
    const now = this.#clock.monotonicNow();
    const { quality, peer } = entry;
    // It stood beside what is used for long enough to be called dead.
    if (quality.other !== undefined && quality.isOtherDead(DEAD_PROBES, now))
      entry.proven.delete(formatEndpoint(quality.other));
    this.onPath(entry);
    if (this.#decides(peer.id)) {
      const input = quality.judge(entry.path, now <= entry.activeUntil, now);
      if (input !== undefined) this.#ports.input(peer.id, input);
      if (entry.path.leg === undefined && quality.isInDoubt(now)) this.#ports.wantRelay(peer.id);
    }
    const isMeasuring = quality.isMeasuring(now);
    if (isMeasuring === entry.isLegMeasured) return;
    entry.isLegMeasured = isMeasuring;
    this.#ports.setLegPace(peer.id, isMeasuring ? MEASURE_PACE_MS : undefined);
  }

  /** The end that moves WireGuard does. */
  #decides(peer: MemberId): boolean {
    return this.#self < peer;
  }
}

/** The best of the endpoints of the other address family from which the peer has answered. */
function otherDirect(
  used: Endpoint,
  { signalled, proven }: Pick<PeerEntry, "signalled" | "proven">,
): Endpoint | undefined {
  const family = familyOf(used.address);
  return rankCandidates(signalled).find(
    ({ endpoint }) => familyOf(endpoint.address) !== family && proven.has(formatEndpoint(endpoint)),
  )?.endpoint;
}
