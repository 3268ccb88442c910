import type { Clock } from "../../../clock.ts";
import type { Logger } from "../../../log.ts";
import type { Random } from "../../../random.ts";
import { decoded, refused, type Decoded } from "../../../../protocol/decoded.ts";
import type { Endpoint } from "../../../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../../../protocol/ids.ts";
import type { ForwarderStatus } from "../forwarder.ts";
import { LEG_NAMES } from "../leg.ts";
import { AbuseHook, type AbuseHookOptions, type Fetch } from "./abuse-hook.ts";
import { classifyAddress, isReflectorPort } from "./address-filter.ts";
import { AddressLists, type ListTexts } from "./address-lists.ts";
import { AnswerCredit, UnansweredWatch } from "./amplification.ts";
import { RateWindow } from "./rate-window.ts";
import { SecurityLog, type GuardRefusal, type SecurityEvent } from "./security-log.ts";
import { readSource, type Source } from "./source.ts";

/**
 * Whom the relay serves, beyond being a member. Every question is asked of whom it is about:
 *
 * - Allocations are asked for inside the tunnel, so the source is the member: its certificate names it, nobody else can
 *   use up its share, and it cannot have a second one. Members behind one NAT do not share theirs. Its outer address,
 *   where known, is held against the lists only.
 * - A connection is a source that has proven nothing and opens a handshake on a relay's port. There is no member yet, so
 *   the outer address counts: an IPv4 address, or an IPv6 /64. Such an address can be forged, and a forger could use
 *   up what an address has; so who proves a leg key by STUN, or is a leg already, is never counted.
 */
export type Guard = {
  /** Refused as `GuardRefusal` says. Waits for the abuse hook where there is one. Never rejects. */
  admitAllocation(member: MemberId, source: Endpoint | undefined): Promise<Decoded<undefined>>;
  /** Counts it. Ask before anything is kept of a handshake from a source that is no leg. */
  admitConnection(source: Endpoint): Decoded<undefined>;
  /** The same without limit and count: for a source that has proven a leg key. */
  admitsAddress(source: Endpoint): Decoded<undefined>;
  /** Whether an answer may go to a source that has not yet shown that it receives. */
  mayAnswer(source: Endpoint, receivedBytes: number, answerBytes: number): boolean;
  /** As they are now, whatever else there is against it. */
  listsAdmit(source: Endpoint): boolean;
  /** At every look at an allocation's counters: why it has to end, if so. */
  inspect(id: AllocationId, status: Pick<ForwarderStatus, "endpoints" | "counters">): LegFault | undefined;
  /** The allocation ended. */
  forget(id: AllocationId): void;
  /** In force for the next question. Refused, with the lists of before in force: "not-a-cidr". */
  replaceLists(lists: ListTexts): Decoded<undefined>;
  counters(): GuardCounters;
};

/**
 * "address-blocked": a leg is where the lists, which may be newer than the leg, admit nobody.
 *
 * "unanswered": a leg got too much while it said nothing (`UnansweredWatch`). Whoever was there is gone, and a NAT or a provider
 * may have given the address to somebody who never asked. The allocation ends, rather than that leg alone, because the
 * next one has to prove both legs anew before a byte of data goes there; for a pair that still wants it that is one request.
 */
export type LegFault = "address-blocked" | "unanswered";

export type GuardCounters = {
  readonly allocationsAdmitted: number;
  readonly connectionsAdmitted: number;
  readonly allocationsRefused: ReadonlyMap<GuardRefusal, number>;
  readonly connectionsRefused: ReadonlyMap<GuardRefusal, number>;
  readonly answersWithheld: number;
  readonly legsUnanswered: number;
  /** Found by `inspect`. */
  readonly legsBlocked: number;
  /** Requests to the abuse hook that it did not answer with yes or no. */
  readonly hookFailures: number;
};

export type GuardOptions = {
  readonly allocationsPerMinute: number;
  readonly connectionsPerMinute: number;
  readonly lists: ListTexts;
  /** "auto": where this host has a private address itself. */
  readonly allowPrivate: "auto" | "yes" | "no";
  readonly hook: AbuseHookOptions | undefined;
};

export type GuardParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly fetch: Fetch;
  /** Of this host's interfaces, without the overlay's. */
  readonly ownAddresses: () => readonly string[];
};

const MINUTE_MS = 60_000;

/** Some 650 bytes each at 30 a minute, 3 MB in all: four for each of the 1,000 pairs that a large relay serves, beside what a flood makes up. */
const MAX_SOURCES = 4096;

/** Throws for lists that are none: the configuration has checked them. */
export class RelayGuard implements Guard {
  readonly #options: GuardOptions;
  readonly #parts: GuardParts;
  readonly #allocations: RateWindow;
  readonly #connections: RateWindow;
  readonly #credit = new AnswerCredit(MAX_SOURCES);
  readonly #unanswered = new UnansweredWatch();
  readonly #security: SecurityLog;
  readonly #hook: AbuseHook | undefined;
  readonly #allocationsRefused = new Map<GuardRefusal, number>();
  readonly #connectionsRefused = new Map<GuardRefusal, number>();
  #lists: AddressLists;
  #allocationsAdmitted = 0;
  #connectionsAdmitted = 0;
  #answersWithheld = 0;
  #legsUnanswered = 0;
  #legsBlocked = 0;

  constructor(options: GuardOptions, parts: GuardParts) {
    const lists = AddressLists.parse(options.lists);
    if (!lists.ok) throw new Error("the relay's address lists were not checked");
    const secret = parts.random.bytes(32);
    const perMinute = (count: number) =>
      new RateWindow({ limit: { count, windowMs: MINUTE_MS }, maxSources: MAX_SOURCES, secret });
    this.#options = options;
    this.#parts = parts;
    this.#lists = lists.value;
    this.#allocations = perMinute(options.allocationsPerMinute);
    this.#connections = perMinute(options.connectionsPerMinute);
    this.#security = new SecurityLog({ clock: parts.clock, log: parts.log, secret });
    this.#hook =
      options.hook &&
      new AbuseHook(options.hook, {
        ...parts,
        // Written, and not told: there is nobody to tell.
        onFailure: (fault) => void this.#security.write({ event: "hook-failed", fault }),
      });
  }

  async admitAllocation(member: MemberId, source: Endpoint | undefined): Promise<Decoded<undefined>> {
    const reason =
      this.#refusalByList(source && readSource(source.address)) ??
      (await this.#refusalOfMember(member, source));
    if (reason === undefined) {
      this.#allocationsAdmitted++;
      return decoded(undefined);
    }
    count(this.#allocationsRefused, reason);
    this.#report({ event: "allocation-refused", reason, member, source });
    return refused(reason);
  }

  admitConnection(source: Endpoint): Decoded<undefined> {
    const reason = this.#refusalOfStranger(source);
    if (reason === undefined) {
      this.#connectionsAdmitted++;
      return decoded(undefined);
    }
    count(this.#connectionsRefused, reason);
    this.#report({ event: "connection-refused", reason, source });
    return refused(reason);
  }

  admitsAddress(source: Endpoint): Decoded<undefined> {
    const reason = this.#refusalByAddress(readSource(source.address));
    return reason === undefined ? decoded(undefined) : refused(reason);
  }

  mayAnswer(source: Endpoint, receivedBytes: number, answerBytes: number): boolean {
    const read = readSource(source.address);
    if (read !== undefined && this.#credit.allows(read.key, receivedBytes, answerBytes)) return true;
    this.#answersWithheld++;
    this.#report({ event: "answer-withheld", source });
    return false;
  }

  listsAdmit({ address }: Endpoint): boolean {
    return this.#refusalByList(readSource(address)) === undefined;
  }

  /** Of the addresses only the lists are asked: what else makes one unusable was asked when the leg came. */
  inspect(
    id: AllocationId,
    { endpoints, counters }: Pick<ForwarderStatus, "endpoints" | "counters">,
  ): LegFault | undefined {
    const found = this.#unanswered.observe(id, counters, this.#parts.clock.monotonicNow());
    this.#legsUnanswered += found.length;
    for (const leg of found) this.#report({ event: "leg-unanswered", allocation: id, ...leg });
    for (const leg of LEG_NAMES) {
      const source = endpoints[leg];
      if (source === undefined || this.listsAdmit(source)) continue;
      this.#legsBlocked++;
      this.#report({ event: "leg-blocked", allocation: id, leg, source });
      return "address-blocked";
    }
    return found.length > 0 ? "unanswered" : undefined;
  }

  forget(id: AllocationId): void {
    this.#unanswered.forget(id);
  }

  replaceLists(texts: ListTexts): Decoded<undefined> {
    const lists = AddressLists.parse(texts);
    if (!lists.ok) return lists;
    this.#lists = lists.value;
    this.#report({ event: "lists-reloaded", allow: texts.allow.length, block: texts.block.length });
    return decoded(undefined);
  }

  counters(): GuardCounters {
    return {
      allocationsAdmitted: this.#allocationsAdmitted,
      connectionsAdmitted: this.#connectionsAdmitted,
      allocationsRefused: new Map(this.#allocationsRefused),
      connectionsRefused: new Map(this.#connectionsRefused),
      answersWithheld: this.#answersWithheld,
      legsUnanswered: this.#legsUnanswered,
      legsBlocked: this.#legsBlocked,
      hookFailures: this.#hook?.failures ?? 0,
    };
  }

  /** The hook last: it costs the most, and is somebody else's. */
  async #refusalOfMember(member: MemberId, source: Endpoint | undefined): Promise<GuardRefusal | undefined> {
    if (!this.#allocations.admits(member, this.#parts.clock.monotonicNow())) return "rate-limited";
    const answer = await this.#hook?.ask({ event: "allocation", member, source });
    return answer === "admitted" ? undefined : answer;
  }

  #refusalOfStranger(source: Endpoint): GuardRefusal | undefined {
    if (isReflectorPort(source)) return "reflector-port";
    const read = readSource(source.address);
    const refusal = this.#refusalByAddress(read);
    if (refusal !== undefined || read === undefined) return refusal ?? "address-unusable";
    const admitted = this.#connections.admits(read.key, this.#parts.clock.monotonicNow());
    return admitted ? undefined : "rate-limited";
  }

  #refusalByAddress(source: Source | undefined): GuardRefusal | undefined {
    const kind = classifyAddress(source);
    if (kind === "never") return "address-unusable";
    if (kind === "private" && !this.#takesPrivate()) return "address-private";
    return this.#refusalByList(source);
  }

  #refusalByList(source: Source | undefined): GuardRefusal | undefined {
    if (source === undefined) return undefined;
    switch (this.#lists.verdict(source)) {
      case "blocked":
        return "address-blocked";
      case "not-allowed":
        return "address-not-allowed";
      case "allowed":
        return undefined;
    }
  }

  #takesPrivate(): boolean {
    switch (this.#options.allowPrivate) {
      case "yes":
        return true;
      case "no":
        return false;
      case "auto":
        return this.#parts
          .ownAddresses()
          .some((address) => classifyAddress(readSource(address)) === "private");
    }
  }

  #report(event: SecurityEvent): void {
    if (this.#security.write(event)) this.#hook?.tell(event);
  }
}

function count(refusals: Map<GuardRefusal, number>, reason: GuardRefusal): void {
  refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
}
