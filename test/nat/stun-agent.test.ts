import { describe, expect, it } from "vitest";
import {
  StunAgent,
  type StunAnswer,
  type StunCredential,
  type StunServer,
} from "../../agent/nat/stun-agent.ts";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { HEADER_BYTES, writeHeader } from "../../protocol/stun/header.ts";
import { INTEGRITY_BYTES, integrityOf, INTEGRITY_TYPE } from "../../protocol/stun/integrity.ts";
import { decodeStun, encodeStun } from "../../protocol/stun/message.ts";
import { writeTlv } from "../../protocol/stun/tlv.ts";
import type { PathReport } from "../../protocol/stun/path-report.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { endpoint } from "./samples.ts";

const HERE = endpoint(1);
const THERE = endpoint(2);
const KEY = new Uint8Array(32).fill(7);
const CREDENTIAL: StunCredential = { username: "b:a", key: KEY };

type Sent = { readonly bytes: Uint8Array; readonly to: Endpoint };

/** An agent, what it sent, and which requests it believed. */
function agentOn(clock: FakeClock): {
  agent: StunAgent;
  sent: Sent[];
  bindings: string[];
} {
  const sent: Sent[] = [];
  const bindings: string[] = [];
  const agent = new StunAgent({
    clock,
    random: seededRandom(1),
    send: (bytes, to) => sent.push({ bytes, to }),
    server: {
      keyFor: (username) => (username === CREDENTIAL.username ? KEY : undefined),
      onBinding: (username, from) => bindings.push(`${username} ${formatEndpoint(from)}`),
    },
  });
  return { agent, sent, bindings };
}

function settled(promise: Promise<Decoded<StunAnswer>>): { value: Decoded<StunAnswer> | undefined } {
  const box: { value: Decoded<StunAnswer> | undefined } = { value: undefined };
  void promise.then((value) => (box.value = value));
  return box;
}

function last(sent: readonly Sent[]): Uint8Array {
  return sent.at(-1)?.bytes ?? new Uint8Array();
}

function decodedOf(sent: Sent | undefined): { readonly transactionId: Uint8Array } {
  const message = decodeStun(sent?.bytes ?? new Uint8Array());
  if (!message.ok) throw new Error(message.reason);
  return message.value;
}

/** A message with an attribute that must be understood and is not, made with `KEY`. */
function withStrangeAttribute(type: number, transactionId: Uint8Array): Uint8Array {
  const username = new TextEncoder().encode(CREDENTIAL.username);
  const bytes = new Uint8Array(HEADER_BYTES + 8 + 8 + 4 + INTEGRITY_BYTES);
  writeHeader(bytes, { class: type === 1 ? "request" : "success", transactionId });
  writeTlv(bytes, HEADER_BYTES, 0x0006, username);
  writeTlv(bytes, HEADER_BYTES + 8, 0x7777, new Uint8Array(4));
  const offset = HEADER_BYTES + 16;
  writeTlv(bytes, offset, INTEGRITY_TYPE, integrityOf(bytes, offset, KEY));
  return bytes;
}

//
describe("what an end measures", () => {
  const nothing = {
    recent: { probes: 0, lost: 0 },
    all: { probes: 0, lost: 0 },
    rttMs: undefined,
    jitterMs: undefined,
  };
  const report: PathReport = { leg: nothing, direct: nothing, avoids: "loss", measuring: false };

  it("goes with a request, and the other end's comes with the answer to it and to no other", async () => {
    const clock = new FakeClock();
    const heard: (PathReport | undefined)[] = [];
    const client = agentOn(clock);
    const sent: Sent[] = [];
    const server = new StunAgent({
      clock,
      random: seededRandom(2),
      send: (bytes, to) => sent.push({ bytes, to }),
      server: {
        keyFor: () => KEY,
        onBinding: (_, __, theirs) => heard.push(theirs),
        reportFor: () => ({ ...report, avoids: "rtt", measuring: true }),
      },
    });
    for (const options of [{ report }, {}]) {
      const answer = settled(client.agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000, ...options }));
      server.receive(last(client.sent), HERE);
      client.agent.receive(last(sent), THERE);
      await clock.advance(0);
      const theirs = answer.value?.ok === true ? answer.value.value.report : undefined;
      expect(theirs).toEqual("report" in options ? { ...report, avoids: "rtt", measuring: true } : undefined);
    }
    expect(heard).toEqual([report, undefined]);
  });
});

//
describe("a Binding request", () => {
  it("is answered with the address it came from, and the answer gives that and the round trip", async () => {
    const clock = new FakeClock();
    const [client, server] = [agentOn(clock), agentOn(clock)];
    const answer = settled(client.agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000 }));
    await clock.advance(10);
    server.agent.receive(last(client.sent), HERE);
    expect(server.bindings).toEqual([`b:a ${formatEndpoint(HERE)}`]);
    expect(server.sent.map(({ to }) => to)).toEqual([HERE]);
    await clock.advance(15);
    client.agent.receive(last(server.sent), THERE);
    await clock.advance(0);
    expect(answer.value).toEqual({
      ok: true,
      value: { rttMs: 25, mapped: HERE, errorCode: undefined, nonce: undefined, from: THERE },
    });
    expect(clock.pending).toBe(0);
  });

  it("is sent again when it is due and never after the answer", async () => {
    const clock = new FakeClock();
    const { agent, sent } = agentOn(clock);
    const server = agentOn(clock);
    const answer = settled(
      agent.request(THERE, CREDENTIAL, { retransmitMs: [60, 180, 400], timeoutMs: 600 }),
    );
    await clock.advance(59);
    expect(sent).toHaveLength(1);
    await clock.advance(1);
    expect(sent).toHaveLength(2);
    await clock.advance(120);
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ bytes }) => Buffer.from(bytes).toString("hex"))).size).toBe(1);
    server.agent.receive(last(sent), HERE);
    agent.receive(last(server.sent), THERE);
    await clock.advance(10_000);
    expect(answer.value?.ok).toBe(true);
    expect(sent).toHaveLength(3);
  });

  it("ends with a time-out after exactly as long as it was told, and ignores what comes later", async () => {
    const clock = new FakeClock();
    const { agent, sent } = agentOn(clock);
    const server = agentOn(clock);
    const answer = settled(agent.request(THERE, CREDENTIAL, { timeoutMs: 600 }));
    await clock.advance(599);
    expect(answer.value).toBeUndefined();
    await clock.advance(1);
    expect(answer.value).toEqual({ ok: false, reason: "timeout" });
    server.agent.receive(last(sent), HERE);
    agent.receive(last(server.sent), THERE);
    expect(agent.refusedByReason.get("unknown-transaction")).toBe(1);
  });

  it("has its own transaction id", () => {
    const { agent, sent } = agentOn(new FakeClock());
    for (let i = 0; i < 20; i++) void agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000 });
    const ids = sent.map(({ bytes }) => Buffer.from(bytes.subarray(8, 20)).toString("hex"));
    expect(new Set(ids).size).toBe(20);
  });

  it("is refused at once where thousands are waiting already", async () => {
    const clock = new FakeClock();
    const { agent, sent } = agentOn(clock);
    for (let i = 0; i < 4_096; i++) void agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000 });
    const answer = await agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000 });
    expect(answer).toEqual({ ok: false, reason: "too-many-requests" });
    expect(sent).toHaveLength(4_096);
  });

  it("carries the nonce that it is given, and an error answer gives code and nonce", async () => {
    const clock = new FakeClock();
    const { agent, sent } = agentOn(clock);
    const answer = settled(agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000, nonce: "first" }));
    const request = decodeStun(last(sent));
    if (!request.ok) throw new Error(request.reason);
    expect(request.value.attributes.nonce).toBe("first");
    const { transactionId } = request.value;
    const attributes = { errorCode: { code: 438, reason: "Stale Nonce" }, nonce: "second" };
    agent.receive(encodeStun({ class: "error", transactionId, attributes }, KEY), THERE);
    await clock.advance(0);
    expect(answer.value).toMatchObject({ ok: true, value: { errorCode: 438, nonce: "second" } });
  });

  it("waits no more, and leaves no timer, when the agent is closed", async () => {
    const clock = new FakeClock();
    const { agent, sent } = agentOn(clock);
    const answer = settled(agent.request(THERE, CREDENTIAL, { retransmitMs: [60], timeoutMs: 1_000 }));
    agent.close();
    await clock.advance(0);
    expect(answer.value).toEqual({ ok: false, reason: "closed" });
    expect(clock.pending).toBe(0);
    expect(await agent.request(THERE, CREDENTIAL, { timeoutMs: 1 })).toEqual({
      ok: false,
      reason: "closed",
    });
    expect(sent).toHaveLength(1);
  });
});

//
describe("a process that stalls", () => {
  //
  it("believes a time-out only after it has had as long again to read what came meanwhile", async () => {
    const clock = new FakeClock();
    const { agent, sent } = agentOn(clock);
    const heard = settled(agent.request(THERE, CREDENTIAL, { timeoutMs: 600 }));
    const lost = settled(agent.request(HERE, CREDENTIAL, { timeoutMs: 600 }));
    const { transactionId } = decodedOf(sent[0]);
    clock.stall(700);
    await clock.advance(0);
    agent.receive(
      encodeStun({ class: "success", transactionId, attributes: { xorMappedAddress: HERE } }, KEY),
      THERE,
    );
    await clock.advance(99);
    expect(heard.value?.ok).toBe(true);
    expect(lost.value).toBeUndefined();
    await clock.advance(1);
    expect(lost.value).toEqual({ ok: false, reason: "timeout" });
  });
});

describe("an answer", () => {
  async function receiveAnswer(
    forge: (transactionId: Uint8Array) => Uint8Array,
    from: Endpoint,
  ): Promise<{ value: Decoded<StunAnswer> | undefined; refused: ReadonlyMap<string, number> }> {
    const clock = new FakeClock();
    const { agent, sent } = agentOn(clock);
    const answer = settled(agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000 }));
    agent.receive(forge(last(sent).slice(8, 20)), from);
    await clock.advance(0);
    return { value: answer.value, refused: agent.refusedByReason };
  }

  const answerWith =
    (key: Uint8Array | undefined) =>
    (transactionId: Uint8Array): Uint8Array =>
      encodeStun({ class: "success", transactionId, attributes: { xorMappedAddress: HERE } }, key);

  it.each<[string, (transactionId: Uint8Array) => Uint8Array, Endpoint, string]>([
    ["with another key", answerWith(new Uint8Array(32).fill(8)), THERE, "bad-integrity"],
    ["without integrity", answerWith(undefined), THERE, "bad-integrity"],
    ["from another address", answerWith(KEY), endpoint(3), "answer-from-elsewhere"],
    ["from another port", answerWith(KEY), endpoint(2, 1), "answer-from-elsewhere"],
    ["to a question nobody asked", () => answerWith(KEY)(new Uint8Array(12)), THERE, "unknown-transaction"],
    [
      "with an attribute that must be understood",
      (id) => withStrangeAttribute(0x101, id),
      THERE,
      "not-understood",
    ],
  ])("%s is not believed, counted, and the request goes on waiting", async (_, forge, from, reason) => {
    const { value, refused } = await receiveAnswer(forge, from);
    expect(value).toBeUndefined();
    expect(refused.get(reason)).toBe(1);
  });
});

//
describe("a request with CHANGE-REQUEST", () => {
  const ELSEWHERE = endpoint(3, 4_000);
  const OTHER = endpoint(3, 5_000);
  const CHANGE = { address: true, port: true };

  function serverWith(elsewhere: NonNullable<StunServer["elsewhere"]>): {
    agent: StunAgent;
    clock: FakeClock;
    fromHere: Sent[];
  } {
    const clock = new FakeClock();
    const fromHere: Sent[] = [];
    const agent = new StunAgent({
      clock,
      random: seededRandom(2),
      send: (bytes, to) => fromHere.push({ bytes, to }),
      server: { keyFor: () => KEY, onBinding: () => undefined, elsewhere },
    });
    return { agent, clock, fromHere };
  }

  it("is answered from elsewhere, to its own source and once, with where that is and where else to ask", async () => {
    const fromElsewhere: Sent[] = [];
    const server = serverWith(() =>
      Promise.resolve(
        decoded({
          send: (bytes, to) => fromElsewhere.push({ bytes, to }),
          origin: ELSEWHERE,
          other: OTHER,
        }),
      ),
    );
    const client = agentOn(server.clock);
    const answer = settled(client.agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000, change: CHANGE }));
    server.agent.receive(last(client.sent), HERE);
    await server.clock.advance(10);
    expect(server.fromHere).toEqual([]);
    expect(fromElsewhere.map(({ to }) => to)).toEqual([HERE]);
    client.agent.receive(last(fromElsewhere), ELSEWHERE);
    await server.clock.advance(0);
    expect(answer.value).toMatchObject({
      ok: true,
      value: { from: ELSEWHERE, mapped: HERE, origin: ELSEWHERE, other: OTHER },
    });
    // No amplifier: what it has beside the request's attributes are three addresses.
    expect(last(fromElsewhere).length - last(client.sent).length).toBeLessThanOrEqual(3 * 12);
  });

  it("is believed from elsewhere only under its key", async () => {
    const clock = new FakeClock();
    const client = agentOn(clock);
    const answer = settled(client.agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000, change: CHANGE }));
    const transactionId = last(client.sent).slice(8, 20);
    const attributes = { xorMappedAddress: HERE };
    client.agent.receive(encodeStun({ class: "success", transactionId, attributes }), ELSEWHERE);
    await clock.advance(0);
    expect(answer.value).toBeUndefined();
    expect(client.agent.refusedByReason.get("bad-integrity")).toBe(1);
  });

  it("is answered 420 by who cannot, and 500 where there are too many, so that nobody takes silence for a filter", async () => {
    const codes: (number | undefined)[] = [];
    for (const reason of ["cannot-change", "rate-limited"]) {
      const server = serverWith(() => Promise.resolve(refused(reason)));
      const client = agentOn(server.clock);
      void client.agent.request(THERE, CREDENTIAL, { timeoutMs: 1_000, change: CHANGE });
      server.agent.receive(last(client.sent), HERE);
      await server.clock.advance(0);
      const read = decodeStun(last(server.fromHere));
      codes.push(read.ok ? read.value.attributes.errorCode?.code : undefined);
      expect(server.agent.refusedByReason.size).toBe(1);
    }
    expect(codes).toEqual([420, 500]);
  });

  it("that asks for a late answer gets it then and not before, and none once the agent is closed", async () => {
    const elsewhere = () => Promise.resolve(decoded({ send: undefined, origin: THERE, other: OTHER }));
    const server = serverWith(elsewhere);
    const client = agentOn(server.clock);
    const options = { timeoutMs: 100_000, change: { address: false, port: false }, delaySec: 30 };
    void client.agent.request(THERE, CREDENTIAL, options);
    server.agent.receive(last(client.sent), HERE);
    await server.clock.advance(29_999);
    expect(server.fromHere).toEqual([]);
    await server.clock.advance(1);
    expect(server.fromHere).toHaveLength(1);
    server.agent.receive(last(client.sent), HERE);
    await server.clock.advance(0);
    server.agent.close();
    await server.clock.advance(60_000);
    expect(server.fromHere).toHaveLength(1);
  });
});

//
describe("a request to an own mapped address", () => {
  it("is answered by its own arrival, and by nobody else", async () => {
    const clock = new FakeClock();
    const { agent, sent } = agentOn(clock);
    const stranger = agentOn(clock);
    const answer = settled(agent.request(HERE, CREDENTIAL, { timeoutMs: 1_000, toSelf: true }));
    stranger.agent.receive(last(sent), THERE);
    agent.receive(last(stranger.sent), HERE);
    await clock.advance(0);
    expect(answer.value).toBeUndefined();
    agent.receive(last(sent), endpoint(1, 7));
    await clock.advance(0);
    expect(answer.value).toMatchObject({ ok: true, value: { from: endpoint(1, 7), mapped: undefined } });
  });
});

//
describe("a stranger", () => {
  it("gets silence, whatever it sends", () => {
    const { agent, sent, bindings } = agentOn(new FakeClock());
    const transactionId = new Uint8Array(12);
    const request = { class: "request", transactionId } as const;
    agent.receive(encodeStun({ ...request, attributes: {} }), HERE);
    agent.receive(encodeStun({ ...request, attributes: { username: "b:a" } }), HERE);
    agent.receive(encodeStun({ ...request, attributes: { username: "x:y" } }, KEY), HERE);
    agent.receive(encodeStun({ ...request, attributes: { username: "b:a" } }, new Uint8Array(32)), HERE);
    agent.receive(encodeStun({ class: "indication", transactionId, attributes: {} }, KEY), HERE);
    agent.receive(Uint8Array.from([4, 0, 0, 0, 1, 2, 3]), HERE);
    expect(sent).toEqual([]);
    expect(bindings).toEqual([]);
    expect(Object.fromEntries(agent.refusedByReason)).toMatchObject({
      "unknown-username": 2,
      "bad-integrity": 2,
    });
  });

  it("is told what was not understood only if it knows the key (RFC 8489, section 6.3.1)", () => {
    const { agent, sent, bindings } = agentOn(new FakeClock());
    const bytes = withStrangeAttribute(1, new Uint8Array(12).fill(3));
    agent.receive(bytes, HERE);
    const answer = decodeStun(last(sent));
    if (!answer.ok) throw new Error(answer.reason);
    expect(answer.value.class).toBe("error");
    expect(answer.value.attributes.errorCode?.code).toBe(420);
    expect(answer.value.attributes.unknownAttributes).toEqual([0x7777]);
    expect(bindings).toEqual([]);
    bytes.fill(0, bytes.length - 4);
    agent.receive(bytes, HERE);
    expect(sent).toHaveLength(1);
  });
});

describe("a Binding request to a public server", () => {
  it("names nobody, and an answer without integrity counts, from there only", async () => {
    const clock = new FakeClock();
    const client = agentOn(clock);
    const answer = settled(client.agent.request(THERE, undefined, { timeoutMs: 1_000 }));
    const request = decodeStun(last(client.sent));
    expect(request.ok && request.value.attributes).toEqual({});
    const transactionId = request.ok ? request.value.transactionId : new Uint8Array(12);
    const attributes = { xorMappedAddress: HERE };
    const bytes = encodeStun({ class: "success", transactionId, attributes });
    client.agent.receive(bytes, endpoint(3));
    await clock.advance(5);
    expect(answer.value).toBeUndefined();
    client.agent.receive(bytes, THERE);
    await clock.advance(0);
    expect(answer.value).toMatchObject({ ok: true, value: { mapped: HERE, rttMs: 5 } });
  });
});
