import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { redeemInvite } from "../../agent/control/invite.ts";
import { failure, type Redeem, type Redeemed } from "../../protocol/frame-body.ts";
import type { InviteId } from "../../protocol/ids.ts";
import { HandClock, settle } from "./hand-clock.ts";
import { TestDirectory, testMember } from "./members.ts";
import { MemoryNetwork } from "./memory-streams.ts";
import { RawPeer } from "./raw-peer.ts";
import { PORT, TestPlane } from "./test-plane.ts";

const issuer = testMember(1);
const TEMPORARY = "100.64.255.1";
const INVITE = "e".repeat(32) as InviteId;
const BODY: Redeem = {
  kind: "redeem",
  inviteId: INVITE,
  identityKey: new Uint8Array(32).fill(1),
  wireguardKey: new Uint8Array(32).fill(2),
  exchangeKey: new Uint8Array(32).fill(3),
  signature: new Uint8Array(64).fill(4),
};
const REDEEMED: Redeemed = {
  kind: "redeemed",
  member: new Uint8Array([1]),
  records: [new Uint8Array([2])],
  secretEpoch: 1,
  secret: new Uint8Array(32).fill(5),
};

let clock: HandClock;
let network: MemoryNetwork;
let directory: TestDirectory;
let host: TestPlane;

beforeEach(async () => {
  clock = new HandClock();
  network = new MemoryNetwork();
  directory = new TestDirectory([issuer]);
  directory.inviteByAddress.set(TEMPORARY, INVITE);
  host = new TestPlane(issuer, network, directory, clock);
  host.redeem = (inviteId) => Promise.resolve(inviteId === INVITE ? REDEEMED : failure("invite.invalid", ""));
  await host.plane.listen();
});

afterEach(async () => {
  await host.plane[Symbol.asyncDispose]();
  await settle();
  expect(clock.pendingTimers).toBe(0);
});

const redeem = (body = BODY, timeoutMs = 5000) =>
  redeemInvite(body, {
    streams: network.streams,
    clock,
    issuer: { address4: issuer.address4, port: PORT },
    localAddress: TEMPORARY,
    timeoutMs,
  });

const joiner = (): RawPeer => new RawPeer(network.dialAs(TEMPORARY, issuer.address4, PORT));

// R-1201
describe("an invite", () => {
  it("is redeemed in one request, without a hello", async () => {
    expect(await redeem()).toEqual({ ok: true, value: REDEEMED });
    const raw = joiner();
    await settle();
    expect(raw.received).toEqual([]);
  });

  it("is refused with the issuer's word", async () => {
    host.redeem = () => Promise.resolve(failure("invite.used", "by another host"));
    expect(await redeem()).toEqual({ ok: false, reason: "invite.used" });
  });

  it("is refused by name where the issuer has a fault", async () => {
    host.redeem = () => Promise.reject(new Error("disk full"));
    expect(await redeem()).toEqual({ ok: false, reason: "internal.bug" });
  });

  it("is refused by name where the answer fits no frame", async () => {
    const records = Array<Uint8Array>(40).fill(new Uint8Array(2048));
    host.redeem = () => Promise.resolve({ ...REDEEMED, records });
    expect(await redeem()).toEqual({ ok: false, reason: "internal.bug" });
  });

  it("is unreachable where nobody answers within the time", async () => {
    host.redeem = () => new Promise(() => undefined);
    let result: unknown;
    void redeem(BODY, 3000).then((answer) => (result = answer));
    await clock.advance(2_999);
    expect(result).toBeUndefined();
    await clock.advance(1);
    expect(result).toEqual({ ok: false, reason: "invite.unreachable" });
  });

  it("is unreachable where the address is not that of an open invite", async () => {
    directory.inviteByAddress.clear();
    expect(await redeem()).toEqual({ ok: false, reason: "invite.unreachable" });
    expect(host.plane.refusals().get("source.unknown")).toBe(1);
  });
});

describe("a connection from an invite's address", () => {
  it("serves nothing but that invite's redemption", async () => {
    const frames = [
      { kind: "request", id: 1, deadlineMs: 1000, body: { kind: "secret", epoch: 1 } },
      { kind: "request", id: 1, deadlineMs: 1000, body: { ...BODY, inviteId: "f".repeat(32) as InviteId } },
      { kind: "notification", body: { kind: "wanted", slots: [] } },
      { kind: "ping", id: 1 },
    ] as const;
    for (const frame of frames) {
      const raw = joiner();
      raw.send(frame);
      await settle();
      expect([raw.isClosed, raw.received]).toEqual([true, []]);
    }
    expect(host.plane.refusals().get("invite.only-redeem")).toBe(frames.length);
  });

  it("is no member, and cannot become one by a hello", async () => {
    const raw = joiner();
    raw.sendHello(issuer);
    await settle();
    expect(raw.isClosed).toBe(true);
    expect(host.plane.connected()).toEqual([]);
  });

  it("answers three times, then no more", async () => {
    const raw = joiner();
    for (let id = 1; id <= 3; id++) raw.send({ kind: "request", id, deadlineMs: 1000, body: BODY });
    await settle();
    expect(raw.of("response")).toHaveLength(3);
    const greedy = joiner();
    for (let id = 1; id <= 4; id++) greedy.send({ kind: "request", id, deadlineMs: 1000, body: BODY });
    await settle();
    expect(greedy.isClosed).toBe(true);
    expect(host.plane.refusals().get("invite.too-many")).toBe(1);
  });

  it("ends after 15 s", async () => {
    const raw = joiner();
    await clock.advance(14_999);
    expect(raw.isClosed).toBe(false);
    await clock.advance(1);
    expect(raw.isClosed).toBe(true);
  });

  it("is one of four at most", async () => {
    const raws = Array.from({ length: 5 }, joiner);
    await settle();
    expect(raws.map((raw) => raw.isClosed)).toEqual([false, false, false, false, true]);
  });
});
