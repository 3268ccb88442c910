import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import {
  ANSWER_KIND,
  type AnswerTo,
  type RequestBody,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import { MAX_DEADLINE_MS, type RequestFrame, type ResponseFrame } from "../../protocol/frame.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";

/**
 * Open at a time, each way. More than the 200 forwards of `SENDER_RATE`, which all go over one relay's connection when a
 * member with many peers starts; what costs the other side more than a forward has limits of its own.
 */
export const MAX_OPEN_REQUESTS = 256;

const MAX_ID = 2 ** 32 - 1;

type OpenRequest = {
  readonly answerKind: ResponseBody["kind"];
  readonly settle: (result: Decoded<ResponseBody>) => void;
};

/** What one connection has asked and not yet heard. Owns the deadlines' timers. */
export class OutgoingRequests {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #openById = new Map<number, OpenRequest>();
  #lastId = 0;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  get count(): number {
    return this.#openById.size;
  }

  /** Never rejects. `send` says whether there was room for the frame. */
  ask<Body extends RequestBody>(
    body: Body,
    timeoutMs: number,
    send: (frame: RequestFrame) => boolean,
  ): Promise<Decoded<AnswerTo<Body>>> {
    if (this.count >= MAX_OPEN_REQUESTS) return Promise.resolve(refused("request.too-many"));
    const id = this.#nextId();
    const deadlineMs = Math.min(MAX_DEADLINE_MS, Math.max(1, Math.ceil(timeoutMs)));
    return new Promise((resolve) => {
      const settle = (result: Decoded<ResponseBody>): void => {
        cancel();
        this.#openById.delete(id);
        resolve(result as Decoded<AnswerTo<Body>>); // `onResponse` has compared the kinds
      };
      const cancel = this.#clock.after(deadlineMs, () => settle(refused("request.timeout")));
      this.#openById.set(id, { answerKind: ANSWER_KIND[body.kind], settle });
      if (!send({ kind: "request", id, deadlineMs, body })) settle(refused("queue.full"));
    });
  }

  /** An answer that nobody waits for any more is normal: the deadline was first. */
  onResponse({ id, result }: ResponseFrame): void {
    const request = this.#openById.get(id);
    if (request === undefined) return;
    if (result.kind === "failure") {
      this.#log.debug({ code: result.code, detail: result.detail }, "control request refused");
      request.settle(refused(result.code));
    } else if (result.kind === request.answerKind) {
      request.settle(decoded(result));
    } else {
      request.settle(refused("response.mismatch"));
    }
  }

  refuseAll(reason: string): void {
    for (const { settle } of [...this.#openById.values()]) settle(refused(reason));
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId % MAX_ID) + 1;
    while (this.#openById.has(this.#lastId));
    return this.#lastId;
  }
}
