import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Forwarding } from "../../agent/control/forwarding.ts";
import { silentLogger } from "../../agent/log.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { sealMessage, type MessageContent } from "../../protocol/message.ts";
import { HandClock, settle } from "./hand-clock.ts";
import { NETWORK, TestDirectory, seededRandom, testMember, type TestMember } from "./members.ts";
import { MemoryNetwork } from "./memory-streams.ts";
import { TestPlane } from "./test-plane.ts";

const CONTENT: MessageContent = {
  kind: "candidates",
  candidates: [{ kind: "host", endpoint: { address: "192.0.2.1", port: 51820 } }],
  answerWanted: true,
  round: 7,
  nat: {},
  relayRtts: [],
};

const [sender, receiver, relay, other] = [1, 2, 3, 4].map(testMember) as [
  TestMember,
  TestMember,
  TestMember,
  TestMember,
];

let clock: HandClock;
let network: MemoryNetwork;
let directory: TestDirectory;
let homes: readonly MemberId[];
let volunteers: readonly MemberId[];
let hosts: Map<TestMember, Host>;

class Host {
  readonly control: TestPlane;
  readonly forwarding: Forwarding;
  readonly messages: (readonly [MemberId, MessageContent])[] = [];
  isVolunteering = false;

  constructor(member: TestMember) {
    this.control = new TestPlane(member, network, directory, clock);
    this.forwarding = new Forwarding({
      network: NETWORK,
      self: member.id,
      identityKey: member.signKey,
      exchangeKey: member.sealKey,
      directory,
      plane: this.control.plane,
      homeRelaysOf: (id) => (id === receiver.id ? homes : []),
      volunteers: () => volunteers,
      isVolunteering: () => this.isVolunteering,
      onMessage: (from, content) => this.messages.push([from, content]),
      clock,
      random: seededRandom(`forwarding ${member.id}`),
      log: silentLogger,
    });
    this.control.answer = (from, body) => {
      if (body.kind !== "forward") throw new Error("not asked here");
      return Promise.resolve(this.forwarding.serve(from, body));
    };
    this.control.onNotification = (from, body) => {
      if (body.kind === "forwarded") this.forwarding.receive(from, body);
    };
  }
}

function host(member: TestMember): Host {
  const found = hosts.get(member);
  if (found === undefined) throw new Error("no such host");
  return found;
}

async function connect(from: TestMember, ...to: readonly TestMember[]): Promise<void> {
  host(from).control.plane.setTargets(to.map(({ id }) => id));
  await clock.advance(0);
}

function seal(sequence: number, from = sender): Uint8Array {
  const sealed = sealMessage(CONTENT, {
    network: NETWORK,
    from: from.id,
    to: receiver.id,
    sequence,
    signKey: from.signKey,
    receiverExchangeKey: receiver.exchangeKey,
    ephemeralSeed: new Uint8Array(32).fill(sequence),
  });
  if (!sealed.ok) throw new Error(sealed.reason);
  return sealed.value;
}

beforeEach(async () => {
  clock = new HandClock();
  network = new MemoryNetwork();
  directory = new TestDirectory([sender, receiver, relay, other]);
  homes = [relay.id];
  volunteers = [];
  hosts = new Map([sender, receiver, relay, other].map((member) => [member, new Host(member)]));
  host(relay).isVolunteering = true;
  for (const { control } of hosts.values()) await control.plane.listen();
});

afterEach(async () => {
  for (const { control } of hosts.values()) await control.plane[Symbol.asyncDispose]();
});

describe("a message to a member", () => {
  it("goes directly where there is a connection", async () => {
    await connect(sender, receiver, relay);
    expect(await host(sender).forwarding.sendToMember(receiver.id, CONTENT)).toEqual({
      ok: true,
      value: { kind: "direct" },
    });
    expect(host(receiver).messages).toEqual([[sender.id, CONTENT]]);
  });

  //
  it("goes through a home relay first where the direct way is in doubt, and directly where there is no other", async () => {
    await connect(sender, receiver, relay);
    await connect(receiver, relay);
    const send = () => host(sender).forwarding.sendToMember(receiver.id, CONTENT, "carriers");
    expect(await send()).toEqual({ ok: true, value: { kind: "relay", relay: relay.id } });
    await connect(sender, receiver);
    await clock.advance(10_000);
    expect(await send()).toEqual({ ok: true, value: { kind: "direct" } });
  });

  it("goes through a home relay of the receiver otherwise", async () => {
    await connect(sender, relay);
    await connect(receiver, relay);
    expect(await host(sender).forwarding.sendToMember(receiver.id, CONTENT)).toEqual({
      ok: true,
      value: { kind: "relay", relay: relay.id },
    });
    await settle();
    expect(host(receiver).messages).toEqual([[sender.id, CONTENT]]);
  });

  it("goes through any volunteer that is connected with both, where the home relay is not", async () => {
    volunteers = [relay.id, other.id];
    host(other).isVolunteering = true;
    await connect(sender, relay, other);
    await connect(receiver, other);
    expect(await host(sender).forwarding.sendToMember(receiver.id, CONTENT)).toEqual({
      ok: true,
      value: { kind: "relay", relay: other.id },
    });
    await settle();
    expect(host(receiver).messages).toHaveLength(1);
  });

  it("goes another way when the direct connection is dead, after 2 s", async () => {
    await connect(sender, receiver, relay);
    await connect(receiver, relay);
    for (const { from, to, link } of network.links)
      link.cut = from === sender.address4 && to === receiver.address4;
    const sent = host(sender).forwarding.sendToMember(receiver.id, CONTENT);
    await clock.advance(2_000);
    expect(await sent).toEqual({ ok: true, value: { kind: "relay", relay: relay.id } });
  });

  it("has no way by name: nobody connected, receiver not connected, no member", async () => {
    const send = (id: MemberId) => host(sender).forwarding.sendToMember(id, CONTENT);
    expect(await send(receiver.id)).toEqual({ ok: false, reason: "forward.no-way" });
    await connect(sender, relay);
    expect(await send(receiver.id)).toEqual({ ok: false, reason: "forward.not-connected" });
    directory.revoke(receiver.id);
    expect(await send(receiver.id)).toEqual({ ok: false, reason: "member.unknown" });
  });

  it("goes to 200 members at once over one relay", async () => {
    await connect(sender, relay);
    await connect(receiver, relay);
    const sent = await Promise.all(
      Array.from({ length: 200 }, () => host(sender).forwarding.sendToMember(receiver.id, CONTENT)),
    );
    expect(sent.filter(({ ok }) => ok)).toHaveLength(200);
  });

  it("grows in sequence although the clock goes back", async () => {
    await connect(sender, relay);
    await connect(receiver, relay);
    await host(sender).forwarding.sendToMember(receiver.id, CONTENT);
    clock.skewMs = -3_600_000;
    await host(sender).forwarding.sendToMember(receiver.id, CONTENT);
    await settle();
    expect(host(receiver).messages).toHaveLength(2);
  });
});

describe("a carrier", () => {
  beforeEach(async () => {
    await connect(sender, relay);
    await connect(receiver, relay);
  });

  const forward = (sealed = seal(1), from = sender.id, to = receiver.id) =>
    host(relay).forwarding.serve(from, { kind: "forward", to, sealed });

  //
  it("carries nothing unless it volunteered", () => {
    host(relay).isVolunteering = false;
    expect(forward()).toMatchObject({ kind: "failure", code: "forward.not-volunteering" });
  });

  it("carries between current members only", () => {
    directory.revoke(sender.id);
    expect(forward()).toMatchObject({ kind: "failure", code: "member.unknown" });
  });

  it("says so where it is not connected with the receiver", () => {
    expect(forward(seal(1), sender.id, other.id)).toMatchObject({
      kind: "failure",
      code: "forward.not-connected",
    });
  });

  it("carries 200 at once from one sender, 20 a second after that, and others as before", async () => {
    const codes = Array.from({ length: 201 }, () => forward().kind);
    expect(codes.indexOf("failure")).toBe(200);
    expect(forward(seal(2, other), other.id).kind).toBe("forward-accepted");
    await clock.advance(50);
    expect(forward().kind).toBe("forward-accepted");
    expect(forward()).toMatchObject({ code: "forward.rate" });
  });
});

describe("the receiver", () => {
  const receive = (from: MemberId, sealed: Uint8Array, carrier = relay.id): void =>
    host(receiver).forwarding.receive(carrier, { from, sealed });
  const refusals = (): Record<string, number> => Object.fromEntries(host(receiver).forwarding.refusals());

  it("takes a message once, however often and by whomever it is carried", () => {
    receive(sender.id, seal(5));
    receive(sender.id, seal(5));
    receive(sender.id, seal(5), other.id);
    receive(sender.id, seal(4));
    expect(host(receiver).messages).toHaveLength(1);
    expect(refusals()).toEqual({ "message-replayed": 3 });
  });

  it("believes the signature, not the carrier", () => {
    receive(other.id, seal(5));
    receive(sender.id, new Uint8Array(100));
    expect(host(receiver).messages).toEqual([]);
    expect(refusals()).toEqual({ "message-other-sender": 1, "message-malformed": 1 });
  });

  it("hears no revoked member, whoever carries for it", () => {
    directory.revoke(sender.id);
    receive(sender.id, seal(5));
    expect(refusals()).toEqual({ "message-unknown-sender": 1 });
  });

  it("hears a sender again that hands over its message itself after its clock was set back", () => {
    receive(sender.id, seal(5));
    const answer = host(receiver).forwarding.serve(sender.id, {
      kind: "forward",
      to: receiver.id,
      sealed: seal(3),
    });
    expect(answer).toEqual({ kind: "forward-accepted" });
    receive(sender.id, seal(4));
    expect(host(receiver).messages).toHaveLength(3);
  });

  it("tells who hands over a message that is not for it", () => {
    const answer = host(receiver).forwarding.serve(sender.id, {
      kind: "forward",
      to: receiver.id,
      sealed: new Uint8Array(100),
    });
    expect(answer).toMatchObject({ kind: "failure", code: "message-malformed" });
  });

  it("opens 500 messages of one carrier at once at most", () => {
    for (let count = 0; count < 501; count++) receive(sender.id, new Uint8Array(1));
    expect(refusals()).toEqual({ "message-malformed": 500, "forward.rate": 1 });
  });
});
