import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backoffMs, BACKOFF_MAX_MS } from "../../agent/control/dialer.ts";
import type { Notification, ResponseBody } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { HandClock, settle } from "./hand-clock.ts";
import { TestDirectory, testMembers, type TestMember } from "./members.ts";
import { MemoryNetwork } from "./memory-streams.ts";
import { RawPeer } from "./raw-peer.ts";
import { PORT, SECRET, TestPlane } from "./test-plane.ts";

const [low, mid, high] = testMembers(3) as [TestMember, TestMember, TestMember];
const WANTED: Notification = { kind: "wanted", slots: [] };
const ASK = { kind: "secret", epoch: 1 } as const;

let clock: HandClock;
let network: MemoryNetwork;
let directory: TestDirectory;
let a: TestPlane;
let b: TestPlane;
let c: TestPlane;

beforeEach(async () => {
  clock = new HandClock();
  network = new MemoryNetwork();
  directory = new TestDirectory([low, mid, high]);
  [a, b, c] = [low, mid, high].map((member) => new TestPlane(member, network, directory, clock)) as [
    TestPlane,
    TestPlane,
    TestPlane,
  ];
  for (const { plane } of [a, b, c]) await plane.listen();
});

afterEach(async () => {
  for (const { plane } of [a, b, c]) await plane[Symbol.asyncDispose]();
  await settle();
  expect(clock.pendingTimers).toBe(0); // no timer outlives its owner
});

const openLinks = (): number => network.links.filter(({ link }) => !link.cut).length;

describe("the control plane", () => {
  it("connects with its targets, and tells both ends once", async () => {
    a.plane.setTargets([mid.id, high.id, low.id]);
    await clock.advance(0);
    expect(a.plane.connected()).toEqual(expect.arrayContaining([mid.id, high.id]));
    expect(b.log).toEqual([`connected ${low.id.slice(0, 4)}`]);
    expect(network.dialled).toBe(2);
  });

  it("carries requests and notifications either way", async () => {
    a.plane.setTargets([mid.id]);
    await clock.advance(0);
    expect(await a.plane.request(mid.id, ASK, 1000)).toEqual({ ok: true, value: SECRET });
    expect(await b.plane.request(low.id, ASK, 1000)).toEqual({ ok: true, value: SECRET });
    expect(b.plane.notify(low.id, WANTED)).toBe(true);
    await settle();
    expect(a.notifications).toEqual([[mid.id, WANTED]]);
  });

  it("reaches a member that is no target by one dial, and lets go of it when nobody asks any more", async () => {
    const calls = [a.plane.reach(mid.id, 1_000), a.plane.reach(mid.id, 1_000)];
    await clock.advance(0);
    expect(await Promise.all(calls)).toEqual([true, true]);
    expect(network.dialled).toBe(1);
    expect(await a.plane.request(mid.id, ASK, 1000)).toEqual({ ok: true, value: SECRET });
    expect(await a.plane.reach(mid.id, 1_000)).toBe(true);
    await clock.advance(10_000);
    expect(a.plane.connected()).toEqual([]);
    expect(network.dialled).toBe(1);
  });

  it("gives up reaching a member that is silent or unknown, and one that is gone with it", async () => {
    network.silent.add(mid.address4);
    const call = a.plane.reach(mid.id, 1_000);
    await clock.advance(1_000);
    expect(await call).toBe(false);
    expect(await a.plane.reach("0".repeat(32) as MemberId, 1_000)).toBe(false);
    const late = a.plane.reach(mid.id, 1_000);
    await a.plane[Symbol.asyncDispose]();
    expect(await late).toBe(false);
  });

  it("refuses by name what is for somebody it is not connected with", async () => {
    expect(await a.plane.request(mid.id, ASK, 1000)).toEqual({ ok: false, reason: "not-connected" });
    expect(a.plane.notify(mid.id, WANTED)).toBe(false);
  });

  it("broadcasts to all but the one that it came from", async () => {
    a.plane.setTargets([mid.id, high.id]);
    await clock.advance(0);
    expect(a.plane.broadcast(WANTED, mid.id)).toBe(1);
    await settle();
    expect([b.notifications.length, c.notifications.length]).toEqual([0, 1]);
  });

  it("tells how far the other's clock is off", async () => {
    a.plane.setTargets([mid.id]);
    await clock.advance(0);
    expect(a.greetings).toEqual([{ skewMs: 0, agentVersion: "0.1.0" }]);
  });

  it("refuses a port that is taken, for the operator to mend", async () => {
    const twin = new TestPlane(low, network, directory, clock);
    await expect(twin.plane.listen()).rejects.toMatchObject({ code: "port.taken", exitCode: 71 });
  });
});

describe("dialling", () => {
  it("doubles the wait from 250 ms to 15 s, half of it random", () => {
    expect([1, 2, 3, 7, 8, 1000].map((failures) => backoffMs(failures, 1))).toEqual([
      250, 500, 1000, 15_000, 15_000, 15_000,
    ]);
    expect(backoffMs(1, 0)).toBe(125);
  });

  it("is repeated after the backoff, for as long as it takes", async () => {
    await b.plane[Symbol.asyncDispose]();
    a.plane.setTargets([mid.id]);
    await clock.advance(0);
    expect(network.dialled).toBe(1);
    await clock.advance(187); // the random half is in the middle
    expect(network.dialled).toBe(1);
    await clock.advance(1);
    expect(network.dialled).toBe(2);
    await clock.advance(60_000);
    const before = network.dialled;
    await clock.advance(10 * BACKOFF_MAX_MS);
    expect(network.dialled - before).toBeGreaterThanOrEqual(10);
    expect(network.dialled - before).toBeLessThanOrEqual(20);
  });

  it("begins anew at once when a path came up", async () => {
    network.silent.add(mid.address4);
    a.plane.setTargets([mid.id]);
    await clock.advance(100);
    network.silent.clear();
    a.plane.retryNow(mid.id);
    await clock.advance(0);
    expect(a.plane.connected()).toEqual([mid.id]);
  });

  it("gives up on silence after 5 s, and tries again", async () => {
    network.silent.add(mid.address4);
    a.plane.setTargets([mid.id]);
    await clock.advance(4_999);
    expect(network.dialled).toBe(1);
    network.silent.clear();
    await clock.advance(1 + 188);
    expect(a.plane.connected()).toEqual([mid.id]);
  });

  it("stops for who is a target no longer", async () => {
    network.silent.add(mid.address4);
    a.plane.setTargets([mid.id]);
    await clock.advance(0);
    a.plane.setTargets([]);
    await clock.advance(60_000);
    expect(network.dialled).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it("is not needed for who has dialled us", async () => {
    b.plane.setTargets([low.id]);
    await clock.advance(0);
    a.plane.setTargets([mid.id]);
    await clock.advance(60_000);
    expect(network.dialled).toBe(1);
  });

  it("follows when the connection is lost", async () => {
    a.plane.setTargets([mid.id]);
    await clock.advance(20_000);
    for (const { plane } of [b]) await plane[Symbol.asyncDispose]();
    await settle();
    expect(a.log.at(-1)).toMatch(/^disconnected .* connection\.(ended|lost)$/);
    b = new TestPlane(mid, network, directory, clock);
    await b.plane.listen();
    await clock.advance(1000);
    expect(a.plane.connected()).toEqual([mid.id]);
  });
});

describe("a connection that its path left behind", () => {
  it("is found out within 2 s of the new path, and replaced without waiting for TCP", async () => {
    a.plane.setTargets([mid.id]);
    await clock.advance(20_000);
    network.cutAll();
    a.plane.retryNow(mid.id);
    await clock.advance(1_999);
    expect(network.dialled).toBe(1);
    await clock.advance(1);
    expect(a.log.slice(1)).toEqual([
      `disconnected ${mid.id.slice(0, 4)} ping.unanswered`,
      `connected ${mid.id.slice(0, 4)}`,
    ]);
    expect(a.plane.connected()).toEqual([mid.id]);
    // The other end has not noticed, and takes the new one in place of the old.
    expect(b.log).toEqual([`connected ${low.id.slice(0, 4)}`, `replaced ${low.id.slice(0, 4)}`]);
    expect(b.plane.refusals().get("connection.superseded")).toBe(1);
    expect(await b.plane.request(low.id, ASK, 1000)).toEqual({ ok: true, value: SECRET });
  });

  //
  it("is found out and replaced, whosever it is, after this host has moved", async () => {
    a.plane.setTargets([mid.id]);
    await clock.advance(20_000);
    network.cutAll();
    a.plane.retryAll();
    b.plane.retryAll();
    await clock.advance(2_000);
    expect(a.plane.connected()).toEqual([mid.id]);
    expect(await b.plane.request(low.id, ASK, 1000)).toEqual({ ok: true, value: SECRET });
  });

  it("is left alone where it answers", async () => {
    a.plane.setTargets([mid.id]);
    await clock.advance(20_000);
    a.plane.retryNow(mid.id);
    await clock.advance(10_000);
    expect(network.dialled).toBe(1);
    expect(a.log).toHaveLength(1);
  });
});

describe("two members that dial each other at once", () => {
  async function dialBoth(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    network.gate = promise.then(() => undefined);
    a.plane.setTargets([mid.id]);
    b.plane.setTargets([low.id]);
    await clock.advance(0);
    resolve(undefined);
    await settle();
    expect(network.dialled).toBe(2);
  }

  it("both send on the connection that the lower id dialled", async () => {
    await dialBoth();
    expect(a.plane.connectionTo(mid.id)?.dialed).toBe(true);
    expect(b.plane.connectionTo(low.id)?.dialed).toBe(false);
  });

  it("close the other after 5 s, tell of one connection, and lose nothing that was under way", async () => {
    const { promise, resolve } = Promise.withResolvers<ResponseBody>();
    a.answer = () => promise;
    b.plane.setTargets([low.id]);
    await clock.advance(0);
    const asked = b.plane.request(low.id, ASK, 60_000); // on what the higher id dialled: the only one yet
    await settle();
    const dialledByLow = new RawPeer(network.dialAs(low.address4, mid.address4, PORT));
    await dialledByLow.open(low, mid);
    expect(b.plane.connectionTo(low.id)?.dialed).toBe(false);
    await clock.advance(12_000);
    resolve(SECRET);
    expect(await asked).toEqual({ ok: true, value: SECRET });
    expect(b.plane.refusals().get("connection.surplus")).toBeUndefined();
    await clock.advance(5_000);
    expect(b.plane.refusals().get("connection.surplus")).toBe(1);
    expect(b.log).toEqual([`connected ${low.id.slice(0, 4)}`, `replaced ${low.id.slice(0, 4)}`]);
  });

  it("end with one connection, and stay", async () => {
    await dialBoth();
    await clock.advance(5_000);
    expect(b.plane.refusals().get("connection.surplus")).toBe(1);
    await clock.advance(120_000);
    // Connected once, and one of two connections ended.
    expect([a.log.length, b.log.length, network.dialled]).toEqual([2, 2, 2]);
    expect(await a.plane.request(mid.id, ASK, 1000)).toEqual({ ok: true, value: SECRET });
    expect(await b.plane.request(low.id, ASK, 1000)).toEqual({ ok: true, value: SECRET });
  });
});

describe("who is a target no longer", () => {
  it("is let go after 5 s, when nothing is under way", async () => {
    const { promise, resolve } = Promise.withResolvers<ResponseBody>();
    b.answer = () => promise;
    a.plane.setTargets([mid.id]);
    await clock.advance(0);
    const asked = a.plane.request(mid.id, ASK, 60_000);
    a.plane.setTargets([]);
    await clock.advance(6_000);
    expect(a.plane.connected()).toEqual([mid.id]);
    resolve(SECRET);
    expect((await asked).ok).toBe(true);
    await clock.advance(5_000);
    expect(a.log.at(-1)).toBe(`disconnected ${mid.id.slice(0, 4)} connection.surplus`);
    expect(b.plane.connected()).toEqual([]);
  });

  it("stays connected where it dialled us", async () => {
    b.plane.setTargets([low.id]);
    await clock.advance(0);
    a.plane.setTargets([]);
    await clock.advance(60_000);
    expect(a.plane.connected()).toEqual([mid.id]);
  });
});

// R-1201
describe("a revoked member", () => {
  it("is cut off at once, with what is under way, and dialled no more", async () => {
    b.answer = () => new Promise(() => undefined);
    a.plane.setTargets([mid.id]);
    await clock.advance(0);
    const asked = a.plane.request(mid.id, ASK, 60_000);
    directory.revoke(mid.id);
    a.plane.dropMember(mid.id);
    expect(await asked).toEqual({ ok: false, reason: "connection.closed" });
    expect(a.log.at(-1)).toBe(`disconnected ${mid.id.slice(0, 4)} member.revoked`);
    await clock.advance(60_000);
    expect(network.dialled).toBe(1);
  });

  it("does not get in: its address is nobody's", async () => {
    directory.revoke(mid.id);
    const raw = new RawPeer(network.dialAs(mid.address4, low.address4, PORT));
    await settle();
    expect(raw.isClosed).toBe(true);
    expect(a.plane.refusals().get("source.unknown")).toBe(1);
  });

  it("does not get in when the revocation comes during its hello", async () => {
    const raw = new RawPeer(network.dialAs(mid.address4, low.address4, PORT));
    await settle();
    raw.sendHello(mid);
    await settle();
    directory.revoke(mid.id);
    raw.sendProof(mid, low);
    await settle();
    expect(a.plane.connected()).toEqual([]);
    expect(a.plane.refusals().get("member.revoked")).toBe(1);
  });
});

describe("an impostor", () => {
  const cases: readonly (readonly [string, string, (raw: RawPeer) => Promise<void>])[] = [
    [
      "with a hello in another member's name",
      "hello.other-member",
      async (raw) => {
        raw.sendHello(high);
        await settle();
      },
    ],
    [
      "with another member's name and address, but not its key",
      "hello.proof",
      async (raw) => {
        raw.sendHello(mid);
        await settle();
        raw.sendProof(mid, low, high.signKey);
      },
    ],
    [
      "with requests before any proof",
      "hello.expected",
      (raw) => {
        raw.send({ kind: "request", id: 1, deadlineMs: 1000, body: ASK });
        return Promise.resolve();
      },
    ],
    [
      "with garbage",
      "frame-too-long",
      (raw) => {
        raw.sendBytes(Buffer.from("GET / HTTP/1.1\r\n"));
        return Promise.resolve();
      },
    ],
  ];
  it.each(cases)("%s is closed as %s", async (_title, reason, act) => {
    const raw = new RawPeer(network.dialAs(mid.address4, low.address4, PORT));
    await settle();
    await act(raw);
    await settle();
    expect(raw.isClosed).toBe(true);
    expect(a.plane.refusals().get(reason)).toBe(1);
    expect(a.log).toEqual([]);
  });

  it("who replays a proof that it saw gets nowhere: the nonce is new each time", async () => {
    const seen = new RawPeer(network.dialAs(mid.address4, low.address4, PORT));
    await seen.open(mid, low);
    expect(a.plane.connected()).toEqual([mid.id]);
    const [first] = seen.of("hello");
    const replay = new RawPeer(network.dialAs(mid.address4, low.address4, PORT));
    await settle();
    expect(replay.of("hello")[0]?.nonce).not.toEqual(first?.nonce);
  });

  it("who says nothing is closed after 5 s", async () => {
    const raw = new RawPeer(network.dialAs(mid.address4, low.address4, PORT));
    await clock.advance(4_999);
    expect(raw.isClosed).toBe(false);
    await clock.advance(1);
    expect(raw.isClosed).toBe(true);
  });

  it("holds four connections without a proof at most, and opens one a second in the long run", async () => {
    const raws = Array.from(
      { length: 6 },
      () => new RawPeer(network.dialAs(mid.address4, low.address4, PORT)),
    );
    await settle();
    expect(raws.filter((raw) => raw.isClosed)).toHaveLength(2);
    expect(a.plane.refusals().get("source.too-many")).toBe(2);
    await clock.advance(5_000);
    for (let tries = 0; tries < 30; tries++) new RawPeer(network.dialAs(mid.address4, low.address4, PORT));
    expect(a.plane.refusals().get("source.rate")).toBeGreaterThan(5);
  });

  it("at our own address is refused", async () => {
    const raw = new RawPeer(network.dialAs(low.address4, low.address4, PORT));
    await settle();
    expect(raw.isClosed).toBe(true);
    expect(a.plane.refusals().get("source.self")).toBe(1);
  });
});

describe("the end of the control plane", () => {
  it("closes every connection and takes no more", async () => {
    a.plane.setTargets([mid.id, high.id]);
    await clock.advance(0);
    await a.plane[Symbol.asyncDispose]();
    await settle();
    expect([a.plane.connected(), b.plane.connected(), c.plane.connected()]).toEqual([[], [], []]);
    a.plane.setTargets([mid.id]);
    await clock.advance(60_000);
    expect(network.dialled).toBe(2);
    expect(openLinks()).toBe(2);
  });
});
