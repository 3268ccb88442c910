import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { Figures, PathReport } from "../../protocol/stun/path-report.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import { FAMILY_MARGIN, inSeries, isAsGood, RELAY_MARGIN, slowerThanMs, worseBy } from "./comparison.ts";
import { MEASURE_MS, type MeasureBudget } from "./measure-budget.ts";
import { SampleWindow } from "./sample-window.ts";
import { CONSENT_ACTIVE_MS, CONSENT_IDLE_MS, type PathInput, type PathState } from "./state.ts";

/** While it is measured which path is better: as often as while packets flow. */
export const MEASURE_PACE_MS = CONSENT_ACTIVE_MS;
/** Both ways lose alike, or one a little more: measuring on and on would cost more than the loss does. */
const REST_MS = 300_000;
/** The same while packets flow, which costs more than the probes. */
const REST_ACTIVE_MS = 60_000;
/** The other end says so with each probe while it measures, and many of those may be lost. */
const ASKED_MS = 5_000;
/** What the other end said last of its way to the relay: a few probes of an idle path. */
const REPORT_MS = 4 * CONSENT_IDLE_MS;

type Way = { readonly endpoint: Endpoint; readonly window: SampleWindow };

/**
 * What is measured of the paths to one peer, and when to measure more. Direct paths by consent probes, which are sent anyway: every 15 s at rest.
 * The way through the relay by the legs, which are probed anyway: each end knows its own, tells the other in a consent probe or its answer, and
 * the sum is the path. Data that a relay drops for its limits does not show in that.
 */
export class PathQuality {
  readonly #budget: MeasureBudget;
  #direct: Way | undefined;
  /** Of the other address family; see `onOtherBetter`. */
  #other: Way | undefined;
  #leg = new SampleWindow();
  #reported: { readonly report: PathReport; readonly at: MonotonicMs } | undefined;
  #askedUntil: MonotonicMs | undefined;
  #measuringUntil: MonotonicMs | undefined;
  /** The measuring began for what probes of the path in use have shown. */
  #isDoubted = false;
  /** There is another direct path that was not compared yet. */
  #isOtherNew = false;

  /** `budget` is of all peers together. */
  constructor(budget: MeasureBudget) {
    this.#budget = budget;
  }

  /** A consent probe is sent: whether what comes of it counts. */
  onProbeSent(endpoint: Endpoint, now: MonotonicMs): boolean {
    return this.#wayTo(endpoint)?.window.begin(now) ?? false;
  }

  /** A consent probe that counts was sent then, and this came of it. */
  onProbed(endpoint: Endpoint, sentAt: MonotonicMs, rttMs: number | undefined): void {
    this.#wayTo(endpoint)?.window.add(sentAt, rttMs);
  }

  /** The same of a probe of our leg, of which one is under way at a time; whether it counts. */
  onLegProbed(sentAt: MonotonicMs, rttMs: number | undefined): boolean {
    const counts = this.#leg.begin(sentAt);
    if (counts) this.#leg.add(sentAt, rttMs);
    return counts;
  }

  /** There is another allocation, or none. */
  onLegChanged(): void {
    this.#leg = new SampleWindow();
    this.#reported = undefined;
  }

  onReport(report: PathReport, now: MonotonicMs): void {
    this.#reported = { report, at: now };
    if (report.measuring) this.#askedUntil = monotonicMs(now + ASKED_MS);
  }

  /** This host is elsewhere: no way is what it was. */
  onMoved(): void {
    this.#direct = this.#other = undefined;
    this.onLegChanged();
  }

  /** Which direct paths there are. What is known of one that takes the place of the other is kept. */
  setDirect(endpoint: Endpoint, other: Endpoint | undefined, now: MonotonicMs): void {
    const isNew = other !== undefined && this.#wayTo(other) === undefined;
    const direct = this.#wayTo(endpoint) ?? newWay(endpoint);
    this.#other = other && (this.#wayTo(other) ?? newWay(other));
    this.#direct = direct;
    // Which of the two is better is known at once or not for minutes.
    this.#isOtherNew = (isNew || this.#isOtherNew) && other !== undefined;
    if (this.#isOtherNew && this.#measure(now, 0, { isDoubted: false, isActive: false }))
      this.#isOtherNew = false;
  }

  get other(): Endpoint | undefined {
    return this.#other?.endpoint;
  }

  /** Of the direct path: by own probes, or by the other end's where that one has probed it of late and this one has not. */
  direct(now: MonotonicMs): Figures | undefined {
    const probedAt = this.#direct?.window.sentAt;
    const theirs = this.#fresh(now)?.direct;
    const isOwnOld = probedAt === undefined || now - probedAt > 2 * CONSENT_IDLE_MS;
    const figures = isOwnOld && theirs !== undefined ? theirs : this.#direct?.window.figures(now);
    return figures?.all.probes === 0 ? undefined : figures;
  }

  /** Of the way through the relay, from end to end. */
  relay(now: MonotonicMs): Figures | undefined {
    const theirs = this.#fresh(now)?.leg;
    return theirs && inSeries(this.#leg.figures(now), theirs);
  }

  /** For the other end, with a probe or its answer. */
  report(path: PathState, now: MonotonicMs): PathReport {
    const avoided = path.tag === "relayed" ? path.avoided : undefined;
    return {
      leg: this.#leg.figures(now),
      direct: (this.#direct?.window ?? NOTHING).figures(now),
      avoids: avoided?.by === "us" ? avoided.worseBy : undefined,
      measuring: this.isComparing(now),
    };
  }

  /**
   * What the measurements say to the path machine of the controlling end. Begins to measure where they give reason to.
   * @param isActive packets of users flow
   */
  judge(path: PathState, isActive: boolean, now: MonotonicMs): PathInput | undefined {
    const direct = this.#direct;
    const [figures, relay] = [direct?.window.figures(now), this.relay(now)];
    if (direct === undefined || figures === undefined) return undefined;
    if (path.tag === "relayed") {
      const isGood =
        path.avoided !== undefined && relay !== undefined && isAsGood(figures, relay, RELAY_MARGIN);
      return isGood ? { kind: "direct-as-good" } : undefined;
    }
    if (path.tag !== "direct" || !sameEndpoint(path.endpoint, direct.endpoint)) return undefined;
    const limitMs = relay === undefined ? Infinity : slowerThanMs(relay, RELAY_MARGIN);
    if (direct.window.isDoubtful(limitMs, now))
      this.#measure(now, isActive ? REST_ACTIVE_MS : REST_MS, { isDoubted: true, isActive });
    const other = this.#other?.window.figures(now);
    const worseThanOther = other && worseBy(figures, other, FAMILY_MARGIN);
    if (worseThanOther !== undefined && this.#other !== undefined)
      return { kind: "other-better", endpoint: this.#other.endpoint, worseBy: worseThanOther };
    const worse = relay && worseBy(figures, relay, RELAY_MARGIN);
    return worse && { kind: "relay-better", worseBy: worse };
  }

  /** Which of the paths is better is being found out by this end: probes of them are due every `MEASURE_PACE_MS`. */
  isComparing(now: MonotonicMs): boolean {
    return now < (this.#measuringUntil ?? -Infinity);
  }

  /** By either end: our leg is probed as often. */
  isMeasuring(now: MonotonicMs): boolean {
    return this.isComparing(now) || now < (this.#askedUntil ?? -Infinity);
  }

  /** The direct path may be worse than a relay would be. */
  isInDoubt(now: MonotonicMs): boolean {
    return this.#isDoubted && this.isComparing(now);
  }

  /** The other direct path does not answer. */
  isOtherDead(probes: number, now: MonotonicMs): boolean {
    const recent = this.#other?.window.figures(now).recent;
    return recent !== undefined && recent.probes >= probes && recent.lost === recent.probes;
  }

  /** When a probe of the other direct path is due. */
  otherDueAt(probedAt: MonotonicMs, now: MonotonicMs): MonotonicMs {
    return monotonicMs(probedAt + (this.isComparing(now) ? MEASURE_PACE_MS : CONSENT_IDLE_MS));
  }

  /** Whether it begins. */
  #measure(
    now: MonotonicMs,
    restMs: number,
    { isDoubted, isActive }: { isDoubted: boolean; isActive: boolean },
  ): boolean {
    if (this.#measuringUntil !== undefined && now < this.#measuringUntil + restMs) return false;
    if (!this.#budget.take(isActive, now)) return false;
    this.#isDoubted = isDoubted;
    this.#measuringUntil = monotonicMs(now + MEASURE_MS);
    return true;
  }

  #fresh(now: MonotonicMs): PathReport | undefined {
    return this.#reported !== undefined && now - this.#reported.at < REPORT_MS
      ? this.#reported.report
      : undefined;
  }

  #wayTo(endpoint: Endpoint): Way | undefined {
    return [this.#direct, this.#other].find((way) => sameEndpoint(way?.endpoint, endpoint));
  }
}

const NOTHING = new SampleWindow();

function newWay(endpoint: Endpoint): Way {
  return { endpoint, window: new SampleWindow() };
}
