import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFrame, encodeFrame, type ControlFrame, type SentFrame } from "../../protocol/frame.ts";
import type { AllocationLeg } from "../../protocol/frame-body.ts";
import { FrameReader, MAX_FRAME_BYTES, delimitFrame } from "../../protocol/frame-reader.ts";
import { hopwire } from "../../protocol/generated/hopwire.js";
import type { AllocationId, InviteId, MemberId, NetworkId } from "../../protocol/ids.ts";
import { wallMs } from "../../protocol/time.ts";

const wire = hopwire.v1;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const repeated = (byte: number, length: number): Uint8Array => new Uint8Array(length).fill(byte);
const id = (digit: string): string => digit.repeat(32);

const HELLO: SentFrame = {
  kind: "hello",
  version: 1,
  network: id("1") as NetworkId,
  member: id("2") as MemberId,
  nonce: repeated(3, 32),
  wallMs: wallMs(1_800_000_000_000),
  agentVersion: "0.1.0",
};

const LEG: AllocationLeg = {
  allocation: id("a") as AllocationId,
  relay: id("b") as MemberId,
  peer: id("c") as MemberId,
  endpoints: [
    { address: "192.0.2.1", port: 51820 },
    { address: "2001:db8::1", port: 51821 },
  ],
  lifetimeSec: 600,
  legKey: repeated(4, 32),
  leg: "b",
};

const REDEEM = {
  kind: "redeem",
  inviteId: id("d") as InviteId,
  identityKey: repeated(1, 32),
  wireguardKey: repeated(2, 32),
  exchangeKey: repeated(3, 32),
  signature: repeated(4, 64),
} as const;

/** One of each kind, with its bytes in wire version 1. */
const GOLDEN: readonly (readonly [frame: SentFrame, bytes: string])[] = [
  [
    HELLO,
    "0a5608011210111111111111111111111111111111111a1022222222222222222222222222222222222003030303030303030303030303030303030303030303030303030303030303032880a0f1c2b1343205302e312e30",
  ],
  [
    { kind: "hello-proof", signature: repeated(5, 64) },
    "12420a4005050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505050505",
  ],
  [{ kind: "ping", id: 300 }, "1a0308ac02"],
  [{ kind: "pong", id: Number.MAX_SAFE_INTEGER }, "220908ffffffffffffff0f"],
  [
    { kind: "request", id: 1, deadlineMs: 1000, body: REDEEM },
    "2ac201080110e80752ba010a10dddddddddddddddddddddddddddddddd122001010101010101010101010101010101010101010101010101010101010101011a200202020202020202020202020202020202020202020202020202020202020202222003030303030303030303030303030303030303030303030303030303030303032a4004040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404040404",
  ],
  [
    { kind: "request", id: 2, deadlineMs: 1000, body: { kind: "allocate", token: "aa.bb.cc" } },
    "2a11080210e8075a0a0a0861612e62622e6363",
  ],
  [
    {
      kind: "request",
      id: 3,
      deadlineMs: 1000,
      body: { kind: "refresh", allocation: id("a") as AllocationId },
    },
    "2a19080310e80762120a10aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  ],
  [
    {
      kind: "request",
      id: 4,
      deadlineMs: 1000,
      body: { kind: "release", allocation: id("a") as AllocationId },
    },
    "2a19080410e8076a120a10aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  ],
  [
    {
      kind: "request",
      id: 5,
      deadlineMs: 1000,
      body: { kind: "forward", to: id("b") as MemberId, sealed: repeated(6, 4) },
    },
    "2a1f080510e80772180a10bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb120406060606",
  ],
  [
    { kind: "request", id: 6, deadlineMs: 1000, body: { kind: "secret", epoch: 2 } },
    "2a09080610e8077a020802",
  ],
  [
    { kind: "request", id: 7, deadlineMs: 1000, body: { kind: "observe", member: id("b") as MemberId } },
    "2a1a080710e8079201120a10bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
  ],
  [
    {
      kind: "response",
      id: 1,
      result: {
        kind: "redeemed",
        member: repeated(1, 3),
        records: [repeated(2, 2)],
        secretEpoch: 1,
        secret: repeated(3, 32),
      },
    },
    "32310801522d0a0301010112020202180122200303030303030303030303030303030303030303030303030303030303030303",
  ],
  [
    { kind: "response", id: 2, result: { kind: "allocated", ...LEG } },
    "32880108025a83010a10aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1210bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb1a10cccccccccccccccccccccccccccccccc220f3139322e302e322e313a353138323022135b323030313a6462383a3a315d3a353138323128d804322004040404040404040404040404040404040404040404040404040404040404043801",
  ],
  [{ kind: "response", id: 3, result: { kind: "refreshed", lifetimeSec: 600 } }, "32070803620308d804"],
  [{ kind: "response", id: 4, result: { kind: "released" } }, "320408046a00"],
  [{ kind: "response", id: 5, result: { kind: "forward-accepted" } }, "320408057200"],
  [
    { kind: "response", id: 6, result: { kind: "secret", epoch: 2, secret: repeated(3, 32) } },
    "322808067a24080212200303030303030303030303030303030303030303030303030303030303030303",
  ],
  [
    { kind: "response", id: 8, result: { kind: "observed", address: "203.0.113.2" } },
    "3212080892010d0a0b3230332e302e3131332e32",
  ],
  [
    { kind: "response", id: 7, result: { kind: "failure", code: "invite.used", detail: "by another" } },
    "321d080712190a0b696e766974652e75736564120a627920616e6f74686572",
  ],
  [
    {
      kind: "notification",
      body: {
        kind: "digest",
        entries: [{ slot: repeated(1, 12), sequence: 1_800_000_000_000 }],
        buckets: Uint8Array.of(1, 255),
      },
    },
    "3a1d521b0a150a0c0101010101010101010101011080a0f1c2b1341a0201ff",
  ],
  [
    { kind: "notification", body: { kind: "store-root", hash: repeated(7, 32) } },
    "3a25a201220a200707070707070707070707070707070707070707070707070707070707070707",
  ],
  [
    { kind: "notification", body: { kind: "subscription", wanted: true, overloaded: true } },
    "3a07b2010408011001",
  ],
  [
    { kind: "notification", body: { kind: "wanted", slots: [repeated(1, 12)] } },
    "3a105a0e0a0c010101010101010101010101",
  ],
  [
    { kind: "notification", body: { kind: "records", records: [repeated(1, 3), repeated(2, 2)] } },
    "3a0b62090a030101010a020202",
  ],
  [
    { kind: "notification", body: { kind: "forwarded", from: id("c") as MemberId, sealed: repeated(6, 4) } },
    "3a1a6a180a10cccccccccccccccccccccccccccccccc120406060606",
  ],
  [
    { kind: "notification", body: { kind: "allocation-offer", ...LEG, leg: "a" } },
    "3a84017281010a10aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1210bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb1a10cccccccccccccccccccccccccccccccc220f3139322e302e322e313a353138323022135b323030313a6462383a3a315d3a353138323128d80432200404040404040404040404040404040404040404040404040404040404040404",
  ],
  [
    {
      kind: "notification",
      body: { kind: "allocation-ended", allocation: id("a") as AllocationId, reason: "expired" },
    },
    "3a1d7a1b0a10aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa120765787069726564",
  ],
  [
    {
      kind: "request",
      id: 7,
      deadlineMs: 1000,
      body: { kind: "refresh", allocation: id("a") as AllocationId, token: "aa.bb.cc" },
    },
    "2a23080710e807621c0a10aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa120861612e62622e6363",
  ],
  [
    {
      kind: "notification",
      body: {
        kind: "allocation-warning",
        allocation: id("a") as AllocationId,
        usedBytes: 900,
        limitBytes: 1000,
      },
    },
    "3a1b8201180a10aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa10840718e807",
  ],
  [{ kind: "notification", body: { kind: "draining", withinMs: 5000 } }, "3a068a0103088827"],
  [
    {
      kind: "request",
      id: 8,
      deadlineMs: 1000,
      body: { kind: "probe", endpoint: { address: "192.0.2.1", port: 51820 } },
    },
    "2a19080810e8078201110a0f3139322e302e322e313a3531383230",
  ],
  [
    {
      kind: "request",
      id: 9,
      deadlineMs: 1000,
      body: {
        kind: "certify",
        identityKey: new Uint8Array(32).fill(1),
        wireguardKey: new Uint8Array(32).fill(2),
        exchangeKey: new Uint8Array(32).fill(3),
        signature: new Uint8Array(64).fill(4),
      },
    },
    `2ab101080910e807c202a8010a20${"01".repeat(32)}1220${"02".repeat(32)}1a20${"03".repeat(32)}2240${"04".repeat(64)}`,
  ],
  [
    { kind: "response", id: 10, result: { kind: "certified", member: new Uint8Array([7]) } },
    "3208080ac202030a0107",
  ],
  [{ kind: "response", id: 8, result: { kind: "probed", reached: true } }, "320708088201020801"],
  [{ kind: "response", id: 9, result: { kind: "probed", reached: false } }, "32050809820100"],
];

function titleOf(frame: SentFrame): string {
  if (frame.kind === "response") return `response ${frame.result.kind}`;
  return "body" in frame ? `${frame.kind} ${frame.body.kind}` : frame.kind;
}

function refusalOf(frame: hopwire.v1.ControlFrame.$Properties): string {
  const result = decodeFrame(wire.ControlFrame.encode(frame).finish());
  return result.ok ? "accepted" : result.reason;
}

describe("control frames", () => {
  //
  it.each(GOLDEN.map(([frame, bytes]) => [titleOf(frame), frame, bytes] as const))(
    "keeps the bytes of wire version 1: %s",
    (_title, frame, bytes) => {
      expect(hex(encodeFrame(frame))).toBe(bytes);
      expect(decodeFrame(Buffer.from(bytes, "hex"))).toEqual({ ok: true, value: frame });
    },
  );

  //
  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const result = decodeFrame(bytes);
        if (!result.ok) expect(result.reason).toMatch(/^[a-z0-9-]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  //
  it("never throws for a real frame with a few bytes changed", () => {
    const frames = fc.constantFrom(...GOLDEN.map(([frame]) => encodeFrame(frame)));
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(frames, changes, (frame, edits) => {
        const bytes = new Uint8Array(frame);
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        decodeFrame(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it("shares no memory with the bytes that it came from", () => {
    const bytes = encodeFrame({ kind: "notification", body: { kind: "records", records: [repeated(5, 8)] } });
    const frame = decodeFrame(bytes);
    bytes.fill(0);
    expect(frame).toEqual({
      ok: true,
      value: { kind: "notification", body: { kind: "records", records: [repeated(5, 8)] } },
    });
  });

  it("keeps failure details printable and short, so that they can be shown", () => {
    const detail = `line\nbreak \u001b[31m ${"x".repeat(400)}`;
    const bytes = encodeFrame({
      kind: "response",
      id: 1,
      result: { kind: "failure", code: "invite.used", detail },
    });
    const frame = decodeFrame(bytes);
    const result = frame.ok && frame.value.kind === "response" ? frame.value.result : undefined;
    expect(result).toMatchObject({ kind: "failure", code: "invite.used" });
    expect(result?.kind === "failure" && result.detail).toMatch(/^line\?break \?\[31m x+$/);
    expect(result?.kind === "failure" && result.detail.length).toBe(256);
  });
});

describe("frames of later versions", () => {
  /** Field 99, as a later version may add it: a message of two bytes. */
  const field99 = Uint8Array.of(0x9a, 0x06, 0x00);

  const cases: readonly (readonly [string, Uint8Array, ControlFrame])[] = [
    ["an empty frame is passed over", new Uint8Array(), { kind: "unknown", requestId: undefined }],
    ["a frame kind is passed over", field99, { kind: "unknown", requestId: undefined }],
    [
      "a request can still be answered",
      Uint8Array.of(0x2a, 4 + field99.length, 0x08, 7, 0x10, 100, ...field99),
      { kind: "unknown", requestId: 7 },
    ],
    [
      "a notification is passed over",
      Uint8Array.of(0x3a, field99.length, ...field99),
      { kind: "unknown", requestId: undefined },
    ],
  ];
  it.each(cases)("%s", (_title, bytes, expected) => {
    expect(decodeFrame(bytes)).toEqual({ ok: true, value: expected });
  });

  it("an answer becomes a failure, so that nobody waits in vain", () => {
    expect(decodeFrame(Uint8Array.of(0x32, 2 + field99.length, 0x08, 7, ...field99))).toMatchObject({
      ok: true,
      value: { kind: "response", id: 7, result: { kind: "failure", code: "response.unknown" } },
    });
  });

  it("new fields of a known kind are passed over", () => {
    expect(decodeFrame(Uint8Array.of(0x1a, 2 + field99.length, 0x08, 7, ...field99))).toEqual({
      ok: true,
      value: { kind: "ping", id: 7 },
    });
  });
});

//
describe("refuses by name", () => {
  const hello = { version: 1, network: repeated(1, 16), member: repeated(2, 16), nonce: repeated(3, 32) };
  const leg = {
    allocation: repeated(1, 16),
    relay: repeated(2, 16),
    peer: repeated(3, 16),
    endpoints: ["192.0.2.1:1"],
    lifetimeSec: 60,
    legKey: repeated(4, 32),
  };
  const request = { id: 1, deadlineMs: 1000 };
  const records = (count: number, bytes: number): Uint8Array[] =>
    Array<Uint8Array>(count).fill(repeated(1, bytes));
  const digest = (count: number): hopwire.v1.DigestEntry.$Properties[] =>
    Array<hopwire.v1.DigestEntry.$Properties>(count).fill({ slot: repeated(1, 12), sequence: 1 });

  const certified = {
    identityKey: repeated(1, 32),
    wireguardKey: repeated(1, 32),
    exchangeKey: repeated(1, 32),
  };
  const cases: readonly (readonly [string, hopwire.v1.ControlFrame.$Properties])[] = [
    ["hello-version", { hello: { ...hello, version: 0 } }],
    ["hello-network", { hello: { ...hello, network: repeated(1, 15) } }],
    ["hello-member", { hello: { ...hello, member: repeated(1, 17) } }],
    ["hello-nonce", { hello: { ...hello, nonce: repeated(1, 31) } }],
    ["hello-wall", { hello: { ...hello, wallMs: 2 ** 60 } }],
    ["hello-agent-version", { hello: { ...hello, agentVersion: "1.0\n" } }],
    ["hello-signature", { helloProof: { signature: repeated(1, 63) } }],
    ["ping-id", { ping: { id: 0 } }],
    ["ping-id", { pong: { id: 2 ** 53 } }],
    ["request-id", { request: { ...request, id: 0, secret: {} } }],
    ["request-deadline", { request: { id: 1, deadlineMs: 60_001, secret: {} } }],
    ["redeem-identity-key", { request: { ...request, redeem: { inviteId: repeated(1, 16) } } }],
    ["redeem-invite", { request: { ...request, redeem: {} } }],
    ["allocate-token", { request: { ...request, allocate: { token: "not a token" } } }],
    ["allocate-token", { request: { ...request, allocate: { token: `a.b.${"c".repeat(2045)}` } } }],
    ["refresh-allocation", { request: { ...request, refresh: {} } }],
    ["release-allocation", { request: { ...request, release: { allocation: repeated(1, 8) } } }],
    ["forward-to", { request: { ...request, forward: { sealed: repeated(1, 8) } } }],
    ["forward-sealed", { request: { ...request, forward: { to: repeated(1, 16) } } }],
    [
      "forward-sealed",
      { request: { ...request, forward: { to: repeated(1, 16), sealed: repeated(1, 4097) } } },
    ],
    ["probe-endpoint", { request: { ...request, probe: { endpoint: "127.0.0.1:51820" } } }],
    ["probe-endpoint", { request: { ...request, probe: { endpoint: "a.example:51820" } } }],
    ["observe-member", { request: { ...request, observe: {} } }],
    ["certify-identity-key", { request: { ...request, certify: {} } }],
    ["certify-signature", { request: { ...request, certify: { ...certified, signature: repeated(1, 63) } } }],
    ["response-id", { response: { released: {} } }],
    ["observed-address", { response: { id: 1, observed: { address: "127.0.0.1" } } }],
    ["observed-address", { response: { id: 1, observed: { address: "relay.example" } } }],
    ["failure-code", { response: { id: 1, failure: { code: "Not a word" } } }],
    ["failure-detail", { response: { id: 1, failure: { code: "a", detail: "\u001b[2J" } } }],
    ["lifetime", { response: { id: 1, refreshed: { lifetimeSec: 0 } } }],
    ["lifetime", { response: { id: 1, refreshed: { lifetimeSec: 86_401 } } }],
    ["secret-secret", { response: { id: 1, secret: { epoch: 1, secret: repeated(1, 16) } } }],
    ["redeemed-member", { response: { id: 1, redeemed: { secret: repeated(1, 32) } } }],
    ["leg-key", { response: { id: 1, allocated: { ...leg, legKey: repeated(1, 31) } } }],
    ["leg-endpoints", { response: { id: 1, allocated: { ...leg, endpoints: [] } } }],
    [
      "leg-endpoints",
      { response: { id: 1, allocated: { ...leg, endpoints: Array(17).fill("192.0.2.1:1") } } },
    ],
    ["leg-endpoint", { response: { id: 1, allocated: { ...leg, endpoints: ["127.0.0.1:1"] } } }],
    ["leg-endpoint", { response: { id: 1, allocated: { ...leg, endpoints: ["relay.example:1"] } } }],
    ["leg-endpoint", { notification: { allocationOffer: { ...leg, endpoints: ["169.254.169.254:80"] } } }],
    ["digest-slot", { notification: { digest: { entries: [{ slot: repeated(1, 11) }] } } }],
    ["digest-entries", { notification: { digest: { entries: digest(2049) } } }],
    ["digest-buckets", { notification: { digest: { buckets: repeated(1, 257) } } }],
    ["root-hash", { notification: { storeRoot: { hash: repeated(1, 31) } } }],
    ["bucket-hashes", { notification: { storeBuckets: { hashes: repeated(1, 2047) } } }],
    ["wanted-slots", { notification: { wanted: { slots: Array<Uint8Array>(2049).fill(repeated(1, 12)) } } }],
    ["records", { notification: { records: { records: records(513, 100) } } }],
    ["records", { notification: { records: { records: records(1, 2049) } } }],
    ["forwarded-from", { notification: { forwarded: { sealed: repeated(1, 8) } } }],
    ["ended-reason", { notification: { allocationEnded: { allocation: repeated(1, 16), reason: "" } } }],
    ["frame-too-long", { notification: { records: { records: records(64, 1024) } } }],
  ];
  it.each(cases)("%s", (reason, frame) => {
    expect(refusalOf(frame)).toBe(reason);
  });

  it("accepts the longest digest, and it fits a frame", () => {
    const entry = { slot: repeated(1, 12), sequence: Number.MAX_SAFE_INTEGER };
    const entries = Array<typeof entry>(2048).fill(entry);
    const buckets = Uint8Array.from({ length: 256 }, (_, number) => number);
    expect(refusalOf({ notification: { digest: { entries, buckets } } })).toBe("accepted");
  });
});

describe("the stream of frames", () => {
  function readAll(reader: FrameReader): string[] {
    const frames: string[] = [];
    for (;;) {
      const next = reader.next();
      if (!next.ok) return [...frames, next.reason];
      if (next.value === undefined) return frames;
      frames.push(hex(next.value));
    }
  }

  it("gives the same frames however it was cut into chunks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (frames, cuts) => {
          const stream = Buffer.concat(frames.map(delimitFrame));
          const reader = new FrameReader();
          const found: string[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const length = cuts[turn % cuts.length] ?? 1;
            reader.push(stream.subarray(at, at + length));
            found.push(...readAll(reader));
            at += length;
          }
          expect(found).toEqual(frames.map(hex));
        },
      ),
    );
  });

  it("never throws, whatever the stream", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (chunks) => {
        const reader = new FrameReader();
        for (const chunk of chunks) {
          reader.push(chunk);
          readAll(reader);
        }
      }),
    );
  });

  it("accepts a frame of 64 KiB and refuses one byte more from its header alone, for ever", () => {
    const longest = new FrameReader();
    longest.push(delimitFrame(new Uint8Array(MAX_FRAME_BYTES)));
    expect(longest.next()).toMatchObject({ ok: true, value: { length: MAX_FRAME_BYTES } });
    const tooLong = new FrameReader();
    tooLong.push(Uint8Array.of(0x00, 0x01, 0x00));
    expect(tooLong.next()).toEqual({ ok: true, value: undefined });
    tooLong.push(Uint8Array.of(0x01));
    expect(tooLong.next()).toEqual({ ok: false, reason: "frame-too-long" });
    tooLong.push(delimitFrame(new Uint8Array(1)));
    expect(tooLong.next()).toEqual({ ok: false, reason: "frame-too-long" });
  });

  it("will not send what the other side would refuse", () => {
    expect(() => delimitFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(RangeError);
  });
});
