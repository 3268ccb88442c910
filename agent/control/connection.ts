import type { Duplex } from "node:stream";
import { refused, type Decoded } from "../../protocol/decoded.ts";
import {
  failure,
  type AnswerTo,
  type Failure,
  type Notification,
  type RequestBody,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import { FrameReader, delimitFrame } from "../../protocol/frame-reader.ts";
import { decodeFrame, encodeFrame, type RequestFrame, type SentFrame } from "../../protocol/frame.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import { fullBucket, takeTokens, type Bucket, type Rate } from "../rate-limit.ts";
import { MAX_OPEN_REQUESTS, OutgoingRequests } from "./outgoing-requests.ts";
import type { PacketTally } from "./packet-tally.ts";
import {
  sessionWakeAt,
  startSession,
  stepSession,
  type Now,
  type PeerGreeting,
  type SessionConfig,
  type SessionEffect,
  type SessionInput,
  type SessionState,
  type SessionStep,
} from "./session.ts";

/**
 * Bytes waiting in this process: some three times what a first exchange of a thousand members' records needs. A peer
 * that does not read costs no more; without it, gossip would lose what it has just been asked for.
 */
const MAX_QUEUE_BYTES = 4 * 1024 * 1024;

/**
 * Bytes. The burst takes a first exchange of a thousand members' records (1 MB) without a pause; the rate, in digests,
 * which cost most, is 1.3 % of a core (measured). Whoever sends more is read more slowly: nothing of gossip is lost, and
 * TCP holds him back.
 */
export const INBOUND_RATE: Rate = { perSec: 512 * 1024, burst: 2 * 1024 * 1024 };

/** Bytes that a frame counts for beyond its own: an empty one costs us this much as well; a thousand a second at most. */
export const FRAME_COST_BYTES = 512;

export type ConnectionEvents = {
  /** Once, before any other but `onClosed`. */
  onOpened(greeting: PeerGreeting): void;
  /** Once, last; `reason` is a fixed word. */
  onClosed(reason: string): void;
  onNotification(body: Notification): void;
  onRequest(body: RequestBody): Promise<ResponseBody | Failure>;
  /** A frame of an open connection that was dropped. */
  onRefused(reason: string): void;
};

export type ConnectionOptions = {
  readonly stream: Duplex;
  /** Whether this side opened it. */
  readonly dialed: boolean;
  readonly session: SessionConfig;
  readonly tally: PacketTally;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: ConnectionEvents;
};

type PingWaiter = { readonly pingId: number; readonly settle: (rttMs: number | undefined) => void };

/** Owns its stream and its timers until `onClosed`. */
export class Connection {
  readonly peer: MemberId;
  readonly dialed: boolean;
  readonly #stream: Duplex;
  readonly #config: SessionConfig;
  readonly #tally: PacketTally;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #events: ConnectionEvents;
  readonly #reader = new FrameReader();
  readonly #requests: OutgoingRequests;
  readonly #pingWaiters = new Set<PingWaiter>();
  #state: SessionState;
  #bucket: Bucket;
  /** Read, but not yet allowed by the rate. */
  #held: Decoded<Uint8Array | undefined> | undefined;
  #serving = 0;
  #rttMs: number | undefined;
  #openedAt: MonotonicMs | undefined;
  #finishing: string | undefined;
  #closed = false;
  #wakeAt: MonotonicMs | undefined;
  #cancelWake: (() => void) | undefined;
  #cancelRest: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.peer = options.session.peer.id;
    this.dialed = options.dialed;
    this.#stream = options.stream;
    this.#config = options.session;
    this.#tally = options.tally;
    this.#tally.opened();
    this.#clock = options.clock;
    this.#log = options.log;
    this.#events = options.events;
    this.#requests = new OutgoingRequests(options.clock, options.log);
    this.#bucket = fullBucket(INBOUND_RATE, options.clock.monotonicNow());
    this.#stream.on("data", (chunk: Uint8Array) => {
      this.#tally.read(chunk.length);
      this.#reader.push(chunk);
      this.#readFrames();
    });
    this.#stream.on("end", () => this.close(this.#finishing ?? "connection.ended"));
    this.#stream.on("error", () => this.close(this.#finishing ?? "connection.lost"));
    this.#stream.on("close", () => this.close(this.#finishing ?? "connection.lost"));
    const first = startSession(this.#config, this.#now());
    this.#state = first.state;
    this.#apply(first);
  }

  /** Takes requests and notifications. */
  get isOpen(): boolean {
    return this.#state.tag === "open" && this.#finishing === undefined;
  }

  /** Nobody waits for anything on it. */
  get isIdle(): boolean {
    return this.#requests.count === 0 && this.#serving === 0 && this.#stream.writableLength === 0;
  }

  /** Of the last answered ping. */
  get rttMs(): number | undefined {
    return this.#rttMs;
  }

  get openedAt(): MonotonicMs | undefined {
    return this.#openedAt;
  }

  /** Never rejects. Refused with the failure's code, or "request.timeout", "connection.closed", "queue.full" and the like. */
  request<Body extends RequestBody>(body: Body, timeoutMs: number): Promise<Decoded<AnswerTo<Body>>> {
    if (!this.isOpen) return Promise.resolve(refused("connection.closed"));
    return this.#requests.ask(body, timeoutMs, (frame) => this.#write(frame));
  }

  /** False: not sent, because the connection is not open or the peer does not read. Gossip will repeat it. */
  notify(body: Notification): boolean {
    return this.isOpen && this.#write({ kind: "notification", body });
  }

  /** The round trip in milliseconds; undefined where nothing came back in time. */
  pingNow(timeoutMs: number): Promise<number | undefined> {
    if (this.#state.tag !== "open") return Promise.resolve(undefined);
    this.#step({ kind: "ping-now" });
    const pingId = this.#state.lastPingId;
    return new Promise((resolve) => {
      const settle = (rttMs: number | undefined): void => {
        cancel();
        this.#pingWaiters.delete(waiter);
        resolve(rttMs);
      };
      const cancel = this.#clock.after(timeoutMs, () => settle(undefined));
      const waiter: PingWaiter = { pingId, settle };
      this.#pingWaiters.add(waiter);
    });
  }

  /** Sends what is queued, then closes when the peer has closed too. Nothing new is taken. */
  finish(reason: string): void {
    if (this.#closed || this.#finishing !== undefined) return;
    this.#finishing = reason;
    this.#stream.end();
  }

  /** At once. Open requests are refused as "connection.closed". */
  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#state = { tag: "closed" };
    this.#cancelWake?.();
    this.#cancelRest?.();
    this.#requests.refuseAll("connection.closed");
    for (const { settle } of [...this.#pingWaiters]) settle(undefined);
    this.#stream.destroy();
    this.#events.onClosed(reason);
  }

  #readFrames(): void {
    while (!this.#closed) {
      const next = this.#held ?? this.#reader.next();
      this.#held = undefined;
      if (!next.ok) {
        this.close(next.reason);
        return;
      }
      if (next.value === undefined) return;
      const cost = FRAME_COST_BYTES + next.value.length;
      const { bucket, waitMs } = takeTokens(this.#bucket, INBOUND_RATE, cost, this.#clock.monotonicNow());
      this.#bucket = bucket;
      if (waitMs > 0) {
        this.#held = next;
        this.#rest(waitMs);
        return;
      }
      this.#onFrame(next.value);
    }
  }

  #rest(waitMs: number): void {
    this.#stream.pause();
    this.#cancelRest = this.#clock.after(waitMs, () => {
      this.#stream.resume();
      this.#readFrames();
    });
  }

  #onFrame(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes);
    if (frame.ok) this.#step({ kind: "frame", frame: frame.value });
    else if (this.#state.tag === "open") this.#events.onRefused(frame.reason);
    else this.close(frame.reason);
  }

  #step(input: SessionInput): void {
    this.#apply(stepSession(this.#state, input, this.#now(), this.#config));
  }

  #apply(step: SessionStep): void {
    this.#state = step.state;
    for (const effect of step.effects) {
      if (this.#closed) return;
      this.#perform(effect);
    }
    if (!this.#closed) this.#arm();
  }

  #perform(effect: SessionEffect): void {
    switch (effect.kind) {
      case "send":
        // A ping that finds no room is one that is missed. All else has to reach a peer that does not read.
        if (!this.#write(effect.frame) && effect.frame.kind !== "ping") this.close("queue.full");
        return;
      case "opened":
        this.#openedAt = this.#clock.monotonicNow();
        this.#events.onOpened(effect.greeting);
        return;
      case "round-trip":
        this.#rttMs = effect.rttMs;
        for (const waiter of [...this.#pingWaiters]) {
          if (waiter.pingId <= effect.pingId) waiter.settle(effect.rttMs);
        }
        return;
      case "request":
        void this.#serve(effect.frame);
        return;
      case "unknown-request":
        this.#answer(
          effect.id,
          failure("request.unknown", "a request of a kind that only later versions know"),
        );
        return;
      case "response":
        this.#requests.onResponse(effect.frame);
        return;
      case "notification":
        this.#events.onNotification(effect.body);
        return;
      case "close":
        this.close(effect.reason);
        return;
    }
  }

  async #serve({ id, deadlineMs, body }: RequestFrame): Promise<void> {
    if (this.#serving >= MAX_OPEN_REQUESTS) {
      this.#answer(id, failure("request.too-many", `more than ${MAX_OPEN_REQUESTS} requests at a time`));
      return;
    }
    const givenUpAt = this.#clock.monotonicNow() + deadlineMs;
    this.#serving++;
    try {
      const result = await this.#events.onRequest(body);
      if (this.#clock.monotonicNow() < givenUpAt) this.#answer(id, result);
    } catch (error) {
      this.#log.error({ err: error, request: body.kind }, "control request failed");
      this.#answer(id, failure("internal.bug", "the request failed; the other side's log says why"));
    } finally {
      this.#serving--;
    }
  }

  #answer(id: number, result: ResponseBody | Failure): void {
    if (!this.#closed && !this.#write({ kind: "response", id, result })) this.close("queue.full");
  }

  #write(frame: SentFrame): boolean {
    if (this.#closed) return false;
    const bytes = delimitFrame(encodeFrame(frame));
    if (this.#finishing !== undefined || this.#stream.writableLength + bytes.length > MAX_QUEUE_BYTES)
      return false;
    this.#tally.wrote(bytes.length);
    this.#stream.write(bytes);
    return true;
  }

  #arm(): void {
    const wakeAt = sessionWakeAt(this.#state);
    if (wakeAt === undefined || wakeAt === this.#wakeAt) return;
    this.#cancelWake?.();
    this.#wakeAt = wakeAt;
    this.#cancelWake = this.#clock.after(wakeAt - this.#clock.monotonicNow(), () => {
      this.#wakeAt = undefined; // a timer may be early by a fraction: then it is armed again
      this.#step({ kind: "wake" });
    });
  }

  #now(): Now {
    return { monotonic: this.#clock.monotonicNow(), wall: this.#clock.wallNow() };
  }
}
