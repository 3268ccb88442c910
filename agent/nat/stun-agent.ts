import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { changeRequest, type ChangeRequest } from "../../protocol/stun/change-request.ts";
import { verifyIntegrity } from "../../protocol/stun/integrity.ts";
import type { PathReport } from "../../protocol/stun/path-report.ts";
import { decodeStun, encodeStun, type ReceivedStun } from "../../protocol/stun/message.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Random } from "../random.ts";

export type StunSend = (bytes: Uint8Array, to: Endpoint) => void;

/** Whose key protects a Binding exchange. */
export type StunCredential = { readonly username: string; readonly key: Uint8Array };

export type StunAnswer = {
  readonly rttMs: number;
  readonly mapped: Endpoint | undefined;
  /** Of an error response. */
  readonly errorCode: number | undefined;
  readonly nonce: string | undefined;
  readonly report?: PathReport | undefined;
};

/** An answer with what RFC 5780 has beside: where it came from, and where else the server may be asked. */
export type ProbeAnswer = StunAnswer & {
  /** Where it came from; of a request that came back to us, as whom the NAT shows us to ourselves. */
  readonly from: Endpoint;
  readonly origin: Endpoint | undefined;
  readonly other: Endpoint | undefined;
};

export type StunRequestOptions = {
  /** When to send again, from the first transmission. RFC 8489, section 6.2.1 starts at 500 ms; our paths are known. */
  readonly retransmitMs?: readonly number[];
  readonly timeoutMs: number;
  readonly nonce?: string;
  /** Asks for an answer from elsewhere, which then counts wherever it comes from; needs a credential to be believed. */
  readonly change?: ChangeRequest;
  /** Asks for an answer that much later, with `change`. */
  readonly delaySec?: number;
  /** To an own mapped address: that the request comes back to us is the answer. */
  readonly toSelf?: boolean;
  /** What this end measures; the other answers with the same. */
  readonly report?: PathReport;
};

export type StunProbe = (
  to: Endpoint,
  credential: StunCredential | undefined,
  options: StunRequestOptions,
) => Promise<Decoded<ProbeAnswer>>;

/** How a request with CHANGE-REQUEST is answered. */
export type Elsewhere = {
  /** Undefined: from where the request came to. */
  readonly send: StunSend | undefined;
  readonly origin: Endpoint;
  readonly other: Endpoint;
};

/** Knows the key for a user name, and is told of every request that proves to know it too. */
export type StunServer = {
  keyFor(username: string): Uint8Array | undefined;
  onBinding(username: string, from: Endpoint, report?: PathReport): void;
  /** For the answer to a request that has one. */
  reportFor?(username: string): PathReport | undefined;
  /** For CHANGE-REQUEST; missing where nobody may ask for that. Refused: "cannot-change", "rate-limited". */
  elsewhere?(username: string, change: ChangeRequest, from: Endpoint): Promise<Decoded<Elsewhere>>;
};

/** RFC 5780, section 4.6 has clients look for lifetimes of minutes. What lives longer than this needs no care. */
export const MAX_DELAY_SEC = 300;

/** Answers that wait, of some 150 bytes each: thirty members that measure at the same time. */
const MAX_DELAYED = 512;

/** Each waits at most a few seconds: more than this at once is a leak or a flood that we would answer with memory. */
const MAX_OUTSTANDING = 4_096;

/**
 * A timer that fires so late tells that this process did not run, and what arrived meanwhile is not read before timers fire
 * (libuv's order). Without it a host that stalls for as long as a probe waits takes all of its relays for dead at once.
 */
const LATE_MS = 50;

type Outstanding = {
  readonly to: Endpoint;
  /** Undefined for a public server: the transaction id is all that its answer proves. */
  readonly key: Uint8Array | undefined;
  readonly accepts: "from-there" | "from-anywhere" | "own-request";
  readonly sentAt: MonotonicMs;
  readonly settle: (answer: Decoded<ProbeAnswer>) => void;
};

/** Both ends of Binding (RFC 8489) on one socket: requests of ours, and answers to those who prove to know a key. */
export class StunAgent {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #send: StunSend;
  readonly #server: StunServer;
  readonly #outstanding = new Map<string, Outstanding>();
  readonly #refused = new Map<string, number>();
  readonly #delayed = new Set<() => void>();
  #closed = false;

  constructor(parts: { clock: Clock; random: Random; send: StunSend; server: StunServer }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#send = parts.send;
    this.#server = parts.server;
  }

  /**
   * Resolves with the answer, authenticated where there is a credential, which came from where the request went unless it
   * asked for another place, or with "timeout".
   */
  request(
    to: Endpoint,
    credential: StunCredential | undefined,
    options: StunRequestOptions,
  ): Promise<Decoded<ProbeAnswer>> {
    if (this.#closed) return Promise.resolve(refused("closed"));
    if (this.#outstanding.size >= MAX_OUTSTANDING) return Promise.resolve(refused("too-many-requests"));
    const transactionId = this.#random.bytes(12);
    const id = Buffer.from(transactionId).toString("hex");
    const bytes = encodeStun(
      {
        class: "request",
        transactionId,
        attributes: {
          ...(credential === undefined ? {} : { username: credential.username }),
          ...(options.nonce === undefined ? {} : { nonce: options.nonce }),
          ...(options.change === undefined ? {} : { changeRequest: options.change }),
          ...(options.delaySec === undefined ? {} : { responseDelaySec: options.delaySec }),
          ...(options.report === undefined ? {} : { pathReport: options.report }),
        },
      },
      credential?.key,
    );
    const { promise, resolve } = Promise.withResolvers<Decoded<ProbeAnswer>>();
    const cancels = (options.retransmitMs ?? []).map((ms) =>
      this.#clock.after(ms, () => this.#send(bytes, to)),
    );
    const settle = (answer: Decoded<ProbeAnswer>): void => {
      this.#outstanding.delete(id);
      for (const cancel of cancels) cancel();
      resolve(answer);
    };
    const sentAt = this.#clock.monotonicNow();
    const expire = (): void => {
      const lateMs = this.#clock.monotonicNow() - sentAt - options.timeoutMs;
      const giveUp = (): void => settle(refused("timeout"));
      if (lateMs < LATE_MS) giveUp();
      else cancels.push(this.#clock.after(Math.min(lateMs, options.timeoutMs), giveUp));
    };
    cancels.push(this.#clock.after(options.timeoutMs, expire));
    this.#outstanding.set(id, {
      to,
      key: credential?.key,
      accepts: acceptedOf(options),
      sentAt,
      settle,
    });
    this.#send(bytes, to);
    return promise;
  }

  /** A Binding indication (RFC 8489, section 6.2.3): nobody answers it. */
  indicate(to: Endpoint): void {
    const transactionId = this.#random.bytes(12);
    this.#send(encodeStun({ class: "indication", transactionId, attributes: {} }), to);
  }

  /** Never throws: anyone may have sent `bytes`. */
  receive(bytes: Uint8Array, from: Endpoint): void {
    const message = decodeStun(bytes);
    if (!message.ok) {
      this.#count(message.reason);
    } else if (message.value.class === "request") {
      this.#answer(bytes, message.value, from);
    } else if (message.value.class !== "indication") {
      this.#settle(bytes, message.value, from);
    }
  }

  /** Received messages that were not believed, by reason. */
  get refusedByReason(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  /** Nobody waits any more; later answers are ignored, and late ones of ours are not sent. */
  close(): void {
    this.#closed = true;
    for (const cancel of this.#delayed) cancel();
    for (const { settle } of [...this.#outstanding.values()]) settle(refused("closed"));
  }

  #answer(bytes: Uint8Array, message: ReceivedStun, from: Endpoint): void {
    if (this.#cameBack(bytes, message, from)) return;
    const { username, changeRequest: change, pathReport: report } = message.attributes;
    const key = username === undefined ? undefined : this.#server.keyFor(username);
    // To a stranger the port is silent: no error response, as RFC 8489 would have it.
    if (username === undefined || key === undefined) {
      this.#count("unknown-username");
      return;
    }
    if (!verifyIntegrity(bytes, key)) {
      this.#count("bad-integrity");
      return;
    }
    const { transactionId, notUnderstood } = message;
    if (notUnderstood.length > 0) {
      this.#answerUnknown(transactionId, notUnderstood, key, from);
      return;
    }
    if (change !== undefined) {
      void this.#answerElsewhere(message, username, change, key, from);
      return;
    }
    const pathReport = report && this.#server.reportFor?.(username);
    const attributes = { xorMappedAddress: from, ...(pathReport && { pathReport }) };
    this.#send(encodeStun({ class: "success", transactionId, attributes }, key), from);
    this.#server.onBinding(username, from, report);
  }

  /** RFC 8489, section 6.3.1. As many as fit beside the rest: one of them is enough to tell. */
  #answerUnknown(transactionId: Uint8Array, types: readonly number[], key: Uint8Array, from: Endpoint): void {
    const attributes = {
      errorCode: { code: 420, reason: "Unknown Attribute" },
      unknownAttributes: types.slice(0, 16),
    };
    this.#send(encodeStun({ class: "error", transactionId, attributes }, key), from);
    this.#count("not-understood");
  }

  /** RFC 5780, section 6.1. One answer to one request, to where it came from, whatever it asks for. */
  async #answerElsewhere(
    { transactionId, attributes: asked }: ReceivedStun,
    username: string,
    change: ChangeRequest,
    key: Uint8Array,
    from: Endpoint,
  ): Promise<void> {
    const found = (await this.#server.elsewhere?.(username, change, from)) ?? refused("cannot-change");
    if (this.#closed) return;
    if (!found.ok && found.reason === "rate-limited") {
      // RFC 8489, section 14.8: come again later. Silence would pass for a filter.
      const attributes = { errorCode: { code: 500, reason: "Server Error" } };
      this.#send(encodeStun({ class: "error", transactionId, attributes }, key), from);
      this.#count(found.reason);
      return;
    }
    if (!found.ok) {
      this.#answerUnknown(transactionId, [changeRequest.type], key, from);
      return;
    }
    const { send = this.#send, origin, other } = found.value;
    const attributes = { xorMappedAddress: from, responseOrigin: origin, otherAddress: other };
    const answer = encodeStun({ class: "success", transactionId, attributes }, key);
    const { responseDelaySec = 0 } = asked;
    if (responseDelaySec === 0) send(answer, from);
    else this.#sendLater(Math.min(responseDelaySec, MAX_DELAY_SEC), () => send(answer, from));
  }

  #sendLater(delaySec: number, send: () => void): void {
    if (this.#delayed.size >= MAX_DELAYED) {
      this.#count("too-many-delayed");
      return;
    }
    const cancel = this.#clock.after(delaySec * 1000, () => {
      this.#delayed.delete(cancel);
      send();
    });
    this.#delayed.add(cancel);
  }

  /** A NAT that hairpins brings a request of ours back (RFC 5780, section 3.4). */
  #cameBack(bytes: Uint8Array, message: ReceivedStun, from: Endpoint): boolean {
    const outstanding = this.#outstanding.get(Buffer.from(message.transactionId).toString("hex"));
    if (outstanding?.accepts !== "own-request" || outstanding.key === undefined) return false;
    if (!verifyIntegrity(bytes, outstanding.key)) return false;
    outstanding.settle(
      decoded({
        rttMs: this.#clock.monotonicNow() - outstanding.sentAt,
        from,
        mapped: undefined,
        errorCode: undefined,
        nonce: undefined,
        origin: undefined,
        other: undefined,
      }),
    );
    return true;
  }

  #settle(bytes: Uint8Array, message: ReceivedStun, from: Endpoint): void {
    const outstanding = this.#outstanding.get(Buffer.from(message.transactionId).toString("hex"));
    if (outstanding === undefined) {
      this.#count("unknown-transaction");
      return;
    }
    // RFC 8445, section 7.2.5.2.1: an answer from elsewhere says nothing about this pair.
    if (outstanding.accepts === "own-request") {
      this.#count("answer-by-another");
      return;
    }
    if (outstanding.accepts === "from-there" && !sameEndpoint(outstanding.to, from)) {
      this.#count("answer-from-elsewhere");
      return;
    }
    if (outstanding.key !== undefined && !verifyIntegrity(bytes, outstanding.key)) {
      this.#count("bad-integrity");
      return;
    }
    // RFC 8489, section 6.3.3: discarded, and the request goes on waiting.
    if (message.notUnderstood.length > 0) {
      this.#count("not-understood");
      return;
    }
    const { xorMappedAddress, errorCode, nonce, responseOrigin, otherAddress, pathReport } =
      message.attributes;
    outstanding.settle(
      decoded({
        rttMs: this.#clock.monotonicNow() - outstanding.sentAt,
        mapped: xorMappedAddress,
        errorCode: errorCode?.code,
        nonce,
        from,
        origin: responseOrigin,
        other: otherAddress,
        ...(pathReport && { report: pathReport }),
      }),
    );
  }

  #count(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }
}

/** Without a credential an answer is believed for its transaction id, and for where it comes from. */
function acceptedOf({ change, toSelf }: StunRequestOptions): Outstanding["accepts"] {
  if (toSelf === true) return "own-request";
  return change?.address === true || change?.port === true ? "from-anywhere" : "from-there";
}
