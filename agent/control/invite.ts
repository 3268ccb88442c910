import { addAbortSignal, type Duplex } from "node:stream";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { failure, type Failure, type Redeem, type Redeemed } from "../../protocol/frame-body.ts";
import { FrameReader, delimitFrame } from "../../protocol/frame-reader.ts";
import { decodeFrame, encodeFrame, type RequestFrame } from "../../protocol/frame.ts";
import type { InviteId } from "../../protocol/ids.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { ControlStreams } from "./streams.ts";

/** The issuer writes the redemption to disk before it answers; on a slow disk behind a slow link that takes seconds. */
const INVITE_DEADLINE_MS = 15_000;

/** One, and a repeat or two by somebody who did not see the answer. */
const MAX_REDEMPTIONS = 3;

export type ServeInviteOptions = {
  readonly stream: Duplex;
  readonly inviteId: InviteId;
  readonly onRedeem: (body: Redeem) => Promise<Redeemed | Failure>;
  /** Once, last; `reason` is a fixed word. */
  readonly onClosed: (reason: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
};

/**
 * The issuer's side of a connection from an invite's temporary address. Whoever is there has no certificate, so there is
 * no hello: WireGuard's key, made for this one invite, is all it proves, and to redeem that invite all it may do.
 */
export class InviteConnection {
  readonly #options: ServeInviteOptions;
  readonly #reader = new FrameReader();
  readonly #cancelDeadline: () => void;
  #taken = 0;
  #answered = 0;
  #closed = false;

  constructor(options: ServeInviteOptions) {
    this.#options = options;
    const { stream, clock } = options;
    this.#cancelDeadline = clock.after(INVITE_DEADLINE_MS, () => this.close("invite.timeout"));
    stream.on("data", (chunk: Uint8Array) => this.#onData(chunk));
    stream.on("end", () => this.close("connection.ended"));
    stream.on("error", () => this.close("connection.lost"));
    stream.on("close", () => this.close("connection.lost"));
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelDeadline();
    this.#options.stream.destroy();
    this.#options.onClosed(reason);
  }

  #onData(chunk: Uint8Array): void {
    this.#reader.push(chunk);
    while (!this.#closed) {
      const next = this.#reader.next();
      if (!next.ok) {
        this.close(next.reason);
        return;
      }
      if (next.value === undefined) return;
      const frame = decodeFrame(next.value);
      if (!frame.ok) this.close(frame.reason);
      else if (frame.value.kind !== "request") this.close("invite.only-redeem");
      else this.#onRequest(frame.value);
    }
  }

  #onRequest({ id, body }: RequestFrame): void {
    if (body.kind !== "redeem" || body.inviteId !== this.#options.inviteId) this.close("invite.only-redeem");
    else if (this.#taken === MAX_REDEMPTIONS) this.close("invite.too-many");
    else {
      this.#taken++;
      void this.#redeem(id, body);
    }
  }

  async #redeem(id: number, body: Redeem): Promise<void> {
    const { onRedeem, log } = this.#options;
    try {
      this.#answer(id, await onRedeem(body));
    } catch (error) {
      log.error({ err: error }, "redemption failed");
      this.#answer(id, failure("internal.bug", "the redemption failed; the issuer's log says why"));
    }
  }

  /** Throws RangeError for an answer that fits no frame. */
  #answer(id: number, result: Redeemed | Failure): void {
    const bytes = delimitFrame(encodeFrame({ kind: "response", id, result }));
    if (this.#closed) return;
    this.#options.stream.write(bytes);
    this.#answered++;
    if (this.#answered === MAX_REDEMPTIONS) this.#options.stream.end(); // the other side closes, or the deadline does
  }
}

export type RedeemInviteOptions = {
  readonly streams: ControlStreams;
  readonly clock: Clock;
  readonly issuer: { readonly address4: string; readonly port: number };
  /** The invite's temporary address. */
  readonly localAddress: string;
  readonly timeoutMs: number;
};

/**
 * The joining host's side: one attempt. Never rejects. Refused with the issuer's failure code, or "invite.unreachable"
 * where no answer came; the same keys may then try again and get the same answer.
 */
export async function redeemInvite(body: Redeem, options: RedeemInviteOptions): Promise<Decoded<Redeemed>> {
  const { streams, clock, issuer, localAddress, timeoutMs } = options;
  const attempt = new AbortController();
  const cancel = clock.after(timeoutMs, () => attempt.abort(new Error("no answer in time")));
  try {
    const stream = await streams.connect(issuer.address4, issuer.port, localAddress, attempt.signal);
    addAbortSignal(attempt.signal, stream);
    const deadlineMs = Math.max(1, Math.ceil(timeoutMs));
    stream.write(delimitFrame(encodeFrame({ kind: "request", id: 1, deadlineMs, body })));
    return await readAnswer(stream);
  } catch {
    return refused("invite.unreachable");
  } finally {
    cancel();
  }
}

/** Rejects where the stream fails; leaving the loop destroys it. */
async function readAnswer(stream: Duplex): Promise<Decoded<Redeemed>> {
  const reader = new FrameReader();
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    reader.push(chunk);
    const next = reader.next();
    if (!next.ok) return next;
    if (next.value === undefined) continue;
    const frame = decodeFrame(next.value);
    if (!frame.ok) return frame;
    if (frame.value.kind !== "response" || frame.value.id !== 1) return refused("response.mismatch");
    const { result } = frame.value;
    if (result.kind === "failure") return refused(result.code);
    return result.kind === "redeemed" ? decoded(result) : refused("response.mismatch");
  }
  return refused("invite.unreachable");
}
