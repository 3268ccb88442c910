import type { Duplex } from "node:stream";
import { beforeEach, describe, expect, it } from "vitest";
import { Connection, type ConnectionEvents } from "../../agent/control/connection.ts";
import { MAX_OPEN_REQUESTS } from "../../agent/control/outgoing-requests.ts";
import { PacketTally } from "../../agent/control/packet-tally.ts";
import type { PeerGreeting } from "../../agent/control/session.ts";
import { silentLogger } from "../../agent/log.ts";
import { delimitFrame } from "../../protocol/frame-reader.ts";
import {
  failure,
  type Failure,
  type Notification,
  type RequestBody,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import { HandClock, settle } from "./hand-clock.ts";
import { NETWORK, testMember } from "./members.ts";
import { streamPair, type Link } from "./memory-streams.ts";
import { RawPeer } from "./raw-peer.ts";

const alice = testMember(1);
const bob = testMember(2);
const ASK: RequestBody = { kind: "secret", epoch: 1 };
const SECRET: ResponseBody = { kind: "secret", epoch: 1, secret: new Uint8Array(32) };
const WANTED: Notification = { kind: "wanted", slots: [] };
const BIG: Notification = {
  kind: "records",
  records: Array<Uint8Array>(30).fill(new Uint8Array(2000)),
};

class Recorder implements ConnectionEvents {
  opened: PeerGreeting | undefined;
  closed: string[] = [];
  notifications: Notification[] = [];
  refused: string[] = [];
  requests: RequestBody[] = [];
  answer: (body: RequestBody) => Promise<ResponseBody | Failure> = () => Promise.resolve(SECRET);

  onOpened(greeting: PeerGreeting): void {
    this.opened = greeting;
  }
  onClosed(reason: string): void {
    this.closed.push(reason);
  }
  onNotification(body: Notification): void {
    this.notifications.push(body);
  }
  onRequest(body: RequestBody): Promise<ResponseBody | Failure> {
    this.requests.push(body);
    return this.answer(body);
  }
  onRefused(reason: string): void {
    this.refused.push(reason);
  }
}

let clock: HandClock;
let link: Link;
let events: Recorder;
let connection: Connection;
let raw: RawPeer;

function connect(
  stream: Duplex,
  self: typeof alice,
  peer: typeof alice,
  recorder: Recorder,
  nonce: number,
): Connection {
  return new Connection({
    stream,
    dialed: self === alice,
    session: {
      network: NETWORK,
      self: self.id,
      identityKey: self.signKey,
      agentVersion: "0.1.0",
      peer,
      nonce: new Uint8Array(32).fill(nonce),
    },
    tally: new PacketTally(),
    clock,
    log: silentLogger,
    events: recorder,
  });
}

/** Alice's connection, open; Bob speaks frame by frame. */
beforeEach(async () => {
  clock = new HandClock();
  link = { cut: false };
  events = new Recorder();
  const [near, far] = streamPair(link);
  connection = connect(near, alice, bob, events, 1);
  raw = new RawPeer(far);
  await raw.open(bob, alice);
  expect(connection.isOpen).toBe(true);
});

describe("requests", () => {
  it("are answered, by id", async () => {
    const first = connection.request(ASK, 1000);
    const second = connection.request({ kind: "refresh", allocation: "a".repeat(32) as never }, 1000);
    await settle();
    const [one, two] = raw.of("request");
    expect(one).toMatchObject({ deadlineMs: 1000, body: ASK });
    raw.send({ kind: "response", id: two?.id ?? 0, result: { kind: "refreshed", lifetimeSec: 60 } });
    raw.send({ kind: "response", id: one?.id ?? 0, result: SECRET });
    expect(await first).toEqual({ ok: true, value: SECRET });
    expect(await second).toEqual({ ok: true, value: { kind: "refreshed", lifetimeSec: 60 } });
  });

  it("are refused with the code of the failure", async () => {
    const asked = connection.request(ASK, 1000);
    await settle();
    raw.send({ kind: "response", id: 1, result: failure("secret.unknown", "no such epoch") });
    expect(await asked).toEqual({ ok: false, reason: "secret.unknown" });
  });

  it("are refused for an answer of another kind", async () => {
    const asked = connection.request(ASK, 1000);
    await settle();
    raw.send({ kind: "response", id: 1, result: { kind: "released" } });
    expect(await asked).toEqual({ ok: false, reason: "response.mismatch" });
  });

  it("are given up at their deadline; an answer to nobody changes nothing", async () => {
    let result: unknown;
    void connection.request(ASK, 1000).then((answer) => (result = answer));
    await clock.advance(999);
    expect(result).toBeUndefined();
    await clock.advance(1);
    expect(result).toEqual({ ok: false, reason: "request.timeout" });
    raw.send({ kind: "response", id: 1, result: SECRET });
    raw.send({ kind: "response", id: 4711, result: SECRET });
    await settle();
    expect(connection.isOpen).toBe(true);
  });

  it("are refused when the connection closes under them", async () => {
    const asked = connection.request(ASK, 1000);
    connection.close("test");
    expect(await asked).toEqual({ ok: false, reason: "connection.closed" });
    expect(await connection.request(ASK, 1000)).toEqual({ ok: false, reason: "connection.closed" });
  });

  it("are 256 at a time at most, which takes a burst of forwards", async () => {
    const asked = Array.from({ length: MAX_OPEN_REQUESTS + 1 }, () => connection.request(ASK, 1000));
    expect(await asked[MAX_OPEN_REQUESTS]).toEqual({ ok: false, reason: "request.too-many" });
    await clock.advance(1000);
    expect(
      (await Promise.all(asked)).filter((answer) => !answer.ok && answer.reason === "request.timeout"),
    ).toHaveLength(MAX_OPEN_REQUESTS);
  });
});

describe("requests of the peer", () => {
  it("are served", async () => {
    raw.send({ kind: "request", id: 9, deadlineMs: 1000, body: ASK });
    await settle();
    expect(events.requests).toEqual([ASK]);
    expect(raw.of("response")).toEqual([{ kind: "response", id: 9, result: SECRET }]);
  });

  it("fail by name where ours have a fault, and the connection goes on", async () => {
    events.answer = () => Promise.reject(new Error("a fault of ours"));
    raw.send({ kind: "request", id: 9, deadlineMs: 1000, body: ASK });
    await settle();
    expect(raw.of("response")[0]?.result).toMatchObject({ kind: "failure", code: "internal.bug" });
    expect(connection.isOpen).toBe(true);
  });

  it("of a later version fail by name", async () => {
    raw.sendBytes(delimitFrame(Uint8Array.of(0x2a, 7, 0x08, 7, 0x10, 100, 0x9a, 0x06, 0x00)));
    await settle();
    expect(raw.of("response")[0]).toMatchObject({
      id: 7,
      result: { kind: "failure", code: "request.unknown" },
    });
  });

  it("are not answered after their deadline", async () => {
    const { promise, resolve } = Promise.withResolvers<ResponseBody>();
    events.answer = () => promise;
    raw.send({ kind: "request", id: 9, deadlineMs: 1000, body: ASK });
    await clock.advance(1000);
    resolve(SECRET);
    await settle();
    expect(raw.of("response")).toEqual([]);
    expect(connection.isIdle).toBe(true);
  });

  it("beyond 256 at a time are refused, and there is room again when one is done", async () => {
    const { promise, resolve } = Promise.withResolvers<ResponseBody>();
    events.answer = () => promise;
    for (let id = 1; id <= MAX_OPEN_REQUESTS + 8; id++)
      raw.send({ kind: "request", id, deadlineMs: 60_000, body: ASK });
    await settle();
    expect(events.requests).toHaveLength(MAX_OPEN_REQUESTS);
    expect(raw.of("response").map((frame) => frame.result)).toEqual(
      Array(8).fill(expect.objectContaining({ kind: "failure", code: "request.too-many" })),
    );
    resolve(SECRET);
    await settle();
    raw.send({ kind: "request", id: 1000, deadlineMs: 1000, body: ASK });
    await settle();
    expect(events.requests).toHaveLength(MAX_OPEN_REQUESTS + 1);
  });
});

describe("a peer that sends too much", () => {
  it("is read at the rate it is allowed, and nothing of it is lost", async () => {
    const frames = 8000;
    for (let sent = 0; sent < frames; sent++) raw.send({ kind: "notification", body: WANTED });
    await settle();
    const burst = events.notifications.length;
    expect(burst).toBeGreaterThan(3_900);
    expect(burst).toBeLessThan(4_100);
    await clock.advance(1000);
    expect(events.notifications.length - burst).toBeGreaterThan(950);
    expect(events.notifications.length - burst).toBeLessThan(1_050);
    await clock.advance(4000);
    expect(events.notifications).toHaveLength(frames);
  });

  it("is dropped frame by frame for what cannot be read, and closed for a length that is too long", async () => {
    raw.sendBytes(delimitFrame(Uint8Array.of(0xff, 0xff)));
    raw.send({ kind: "notification", body: WANTED });
    await settle();
    expect(events.refused).toEqual(["frame-malformed"]);
    expect(events.notifications).toEqual([WANTED]);
    raw.sendBytes(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    await settle();
    expect(events.closed).toEqual(["frame-too-long"]);
    expect(raw.isClosed).toBe(true);
  });
});

describe("a peer that does not read", () => {
  /** Until nothing more goes, neither to the peer's buffers nor to our own. Returns the bytes of records. */
  async function fillQueue(): Promise<number> {
    raw.stopReading();
    let bytes = 0;
    for (let round = 0; round < 5; round++) {
      await settle();
      while (connection.notify(BIG)) bytes += 60_000;
      while (connection.notify(WANTED));
    }
    return bytes;
  }

  it("costs a bounded queue: notifications and requests are refused beyond it", async () => {
    const bytes = await fillQueue();
    expect(bytes).toBeGreaterThan(4_000_000);
    expect(bytes).toBeLessThan(4_500_000);
    expect(connection.notify(WANTED)).toBe(false);
    expect(await connection.request(ASK, 1000)).toEqual({ ok: false, reason: "queue.full" });
    expect(connection.isOpen).toBe(true);
  });

  it("is closed when it asks and does not take the answer", async () => {
    await fillQueue();
    raw.send({ kind: "request", id: 1, deadlineMs: 1000, body: ASK });
    await settle();
    expect(events.closed).toEqual(["queue.full"]);
  });

  it("is closed when it has missed two pings for which there was no room", async () => {
    await fillQueue();
    await clock.advance(45_000);
    expect(events.closed).toEqual(["ping.missed"]);
  });
});

describe("liveness", () => {
  it("notices a half-open connection with the second missed ping", async () => {
    await clock.advance(1000);
    link.cut = true;
    await clock.advance(43_999);
    expect(connection.isOpen).toBe(true);
    await clock.advance(1);
    expect(events.closed).toEqual(["ping.missed"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("stays while pings are answered", async () => {
    for (let turn = 0; turn < 10; turn++) {
      await clock.advance(15_000);
      for (const { id } of raw.of("ping")) raw.send({ kind: "pong", id });
      await settle();
    }
    expect(connection.isOpen).toBe(true);
  });

  it("tells the round trip", async () => {
    const rtt = connection.pingNow(2000);
    await clock.advance(30);
    raw.send({ kind: "pong", id: raw.of("ping").at(-1)?.id ?? 0 });
    expect(await rtt).toBe(30);
    expect(connection.rttMs).toBe(30);
  });

  it("is not proved by the answer to an earlier ping", async () => {
    let rtt: number | undefined | "waiting" = "waiting";
    void connection.pingNow(2000).then((value) => (rtt = value));
    await settle();
    raw.send({ kind: "pong", id: 1 });
    await clock.advance(1999);
    expect(rtt).toBe("waiting");
    await clock.advance(1);
    expect(rtt).toBeUndefined();
  });
});

describe("closing", () => {
  it("is told once, whichever way it came, and leaves no timer", async () => {
    connection.close("first");
    connection.close("second");
    await settle();
    expect(events.closed).toEqual(["first"]);
    expect(raw.isClosed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it("with finish sends what is queued first, and takes nothing more", async () => {
    connection.notify(WANTED);
    connection.finish("connection.surplus");
    expect(connection.notify(WANTED)).toBe(false);
    await settle();
    expect(raw.of("notification")).toHaveLength(1);
  });
});

describe("two connections", () => {
  it("open with each other, and one finishing closes both", async () => {
    const [near, far] = streamPair();
    const [atAlice, atBob] = [new Recorder(), new Recorder()];
    const ours = connect(near, alice, bob, atAlice, 3);
    const theirs = connect(far, bob, alice, atBob, 4);
    await settle();
    expect([ours.isOpen, theirs.isOpen]).toEqual([true, true]);
    expect(await ours.request(ASK, 1000)).toEqual({ ok: true, value: SECRET });
    ours.finish("connection.surplus");
    await settle();
    expect([atAlice.closed, atBob.closed]).toEqual([["connection.surplus"], ["connection.ended"]]);
  });
});
