import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { verifyIntegrity } from "../../protocol/stun/integrity.ts";
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
};

export type StunRequestOptions = {
  /** When to send again, from the first transmission. RFC 8489, section 6.2.1 starts at 500 ms; our paths are known. */
  readonly retransmitMs?: readonly number[];
  readonly timeoutMs: number;
  readonly nonce?: string;
};

/** Knows the key for a user name, and is told of every request that proves to know it too. */
export type StunServer = {
  keyFor(username: string): Uint8Array | undefined;
  onBinding(username: string, from: Endpoint): void;
};

/** Each waits at most a few seconds: more than this at once is a leak or a flood that we would answer with memory. */
const MAX_OUTSTANDING = 4_096;

type Outstanding = {
  readonly to: Endpoint;
  /** Undefined for a public server: the transaction id is all that its answer proves. */
  readonly key: Uint8Array | undefined;
  readonly sentAt: MonotonicMs;
  readonly settle: (answer: Decoded<StunAnswer>) => void;
};

/** Both ends of Binding (RFC 8489) on one socket: requests of ours, and answers to those who prove to know a key. */
export class StunAgent {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #send: StunSend;
  readonly #server: StunServer;
  readonly #outstanding = new Map<string, Outstanding>();
  readonly #refused = new Map<string, number>();
  #closed = false;

  constructor(parts: { clock: Clock; random: Random; send: StunSend; server: StunServer }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#send = parts.send;
    this.#server = parts.server;
  }

  /** Resolves with the answer, authenticated where there is a credential, which came from where the request went, or with "timeout". */
  request(
    to: Endpoint,
    credential: StunCredential | undefined,
    options: StunRequestOptions,
  ): Promise<Decoded<StunAnswer>> {
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
        },
      },
      credential?.key,
    );
    const { promise, resolve } = Promise.withResolvers<Decoded<StunAnswer>>();
    const cancels = (options.retransmitMs ?? []).map((ms) =>
      this.#clock.after(ms, () => this.#send(bytes, to)),
    );
    const settle = (answer: Decoded<StunAnswer>): void => {
      this.#outstanding.delete(id);
      for (const cancel of cancels) cancel();
      resolve(answer);
    };
    cancels.push(this.#clock.after(options.timeoutMs, () => settle(refused("timeout"))));
    this.#outstanding.set(id, { to, key: credential?.key, sentAt: this.#clock.monotonicNow(), settle });
    this.#send(bytes, to);
    return promise;
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

  /** Nobody waits any more; later answers are ignored. */
  close(): void {
    this.#closed = true;
    for (const { settle } of [...this.#outstanding.values()]) settle(refused("closed"));
  }

  #answer(bytes: Uint8Array, message: ReceivedStun, from: Endpoint): void {
    const { username } = message.attributes;
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
      // RFC 8489, section 6.3.1. As many as fit beside the rest: one of them is enough to tell.
      const unknownAttributes = notUnderstood.slice(0, 16);
      const attributes = { errorCode: { code: 420, reason: "Unknown Attribute" }, unknownAttributes };
      this.#send(encodeStun({ class: "error", transactionId, attributes }, key), from);
      this.#count("not-understood");
      return;
    }
    const attributes = { xorMappedAddress: from };
    this.#send(encodeStun({ class: "success", transactionId, attributes }, key), from);
    this.#server.onBinding(username, from);
  }

  #settle(bytes: Uint8Array, message: ReceivedStun, from: Endpoint): void {
    const outstanding = this.#outstanding.get(Buffer.from(message.transactionId).toString("hex"));
    if (outstanding === undefined) {
      this.#count("unknown-transaction");
      return;
    }
    // RFC 8445, section 7.2.5.2.1: an answer from elsewhere says nothing about this pair.
    if (!sameEndpoint(outstanding.to, from)) {
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
    const { xorMappedAddress, errorCode, nonce } = message.attributes;
    outstanding.settle(
      decoded({
        rttMs: this.#clock.monotonicNow() - outstanding.sentAt,
        mapped: xorMappedAddress,
        errorCode: errorCode?.code,
        nonce,
      }),
    );
  }

  #count(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }
}
