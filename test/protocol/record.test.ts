import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hopwire } from "../../protocol/generated/hopwire.js";
import { idBytes, memberIdOf, networkIdOf, type MemberId } from "../../protocol/ids.ts";
import { keyText, privateKeyOf, rawPublicKey, signBytes } from "../../protocol/keys.ts";
import {
  MAX_RECORD_BYTES,
  openRecord,
  secretCommitment,
  signRecord,
  slotHash,
  slotOf,
  wireNumber,
  type RecordContent,
  type SignedRecord,
} from "../../protocol/record.ts";
import { wallMs } from "../../protocol/time.ts";

const wire = hopwire.v1;
const KEY = privateKeyOf("ed25519", new Uint8Array(32).fill(1));
const AUTHOR = rawPublicKey(KEY);
const NETWORK = networkIdOf(AUTHOR);
const HEAD = {
  network: NETWORK,
  sequence: 7,
  issuedAt: wallMs(1_767_225_600_000),
  expiresAt: wallMs(1_767_312_000_000),
};

const NETWORK_INFO = {
  kind: "network",
  name: "home",
  prefix4: { address: "100.64.0.0", length: 16 },
  prefix6: { address: "fd12:3456:789a::", length: 64 },
} as const;
const MEMBER = {
  kind: "member",
  name: "laptop",
  identityKey: AUTHOR,
  wireguardKey: keyText(new Uint8Array(32).fill(2)),
  exchangeKey: new Uint8Array(32).fill(3),
  address4: "100.64.0.1",
  address6: "fd12:3456:789a::1",
  roles: ["member", "admin"],
} as const;
const RELAY = {
  kind: "relay",
  endpoints: [
    { carrier: "udp", endpoint: { address: "192.0.2.1", port: 51820 } },
    { carrier: "udp", endpoint: { address: "2001:db8::1", port: 51820 } },
  ],
  capacity: 64,
  load: 0.25,
  region: "eu-west",
  bandwidthBps: 10_000_000_000,
  version: "0.1.0",
  draining: true,
  allow: [],
  schedule: "",
  quotaBytes: 0,
  forwarder: undefined,
  closed: false,
} as const;
const RELAY_WITH_POLICY = {
  ...RELAY,
  allow: ["*", "role:admin", "web-1", "f".repeat(32)],
  schedule: "*/5 20-23,0-6 * Jan-Mar 1",
  quotaBytes: 1_000_000_000,
  forwarder: "kernel",
  closed: true,
} as const;
const CONTENTS: readonly RecordContent[] = [
  NETWORK_INFO,
  MEMBER,
  { ...MEMBER, roles: ["member"] },
  { kind: "revocation", member: memberIdOf(AUTHOR) },
  RELAY,
  {
    kind: "endpoints",
    homeRelays: [memberIdOf(AUTHOR)],
    publicEndpoints: [{ address: "192.0.2.7", port: 1 }],
  },
  { kind: "secret", epoch: 4_000_000_000, commitment: secretCommitment(new Uint8Array(32)) },
];

function open(bytes: Uint8Array): string {
  const opened = openRecord(bytes, NETWORK);
  return opened.ok ? "opened" : opened.reason;
}

/** A record signed well, whatever its fields say. */
function seal(fields: hopwire.v1.RecordBody.$Properties, more: Uint8Array = new Uint8Array()): Uint8Array {
  const base = { version: 1, network: idBytes(NETWORK), author: AUTHOR, sequence: 1, issuedAtMs: 1 };
  const body = new Uint8Array(Buffer.concat([wire.RecordBody.encode({ ...base, ...fields }).finish(), more]));
  return wire.SignedRecord.encode({ body, signature: signBytes("record", body, KEY) }).finish();
}

//
describe("a signed record", () => {
  it.each(CONTENTS.map((content) => [content.kind, content] as const))(
    "%s comes back as it went",
    (_, content) => {
      const signed = signRecord(content, HEAD, KEY);
      expect(openRecord(signed.bytes, NETWORK)).toEqual({ ok: true, value: signed });
    },
  );

  //
  it("of a volunteer tells its policy, its limits and its hours", () => {
    const signed = signRecord(RELAY_WITH_POLICY, HEAD, KEY);
    expect(openRecord(signed.bytes, NETWORK)).toEqual({ ok: true, value: signed });
  });

  it.each([
    ["allow", { allow: ["Role:admin"] }, "relay-allow"],
    ["allow", { allow: Array.from({ length: 17 }, () => "a") }, "relay-allow"],
    ["schedule", { schedule: "\n" }, "relay-schedule"],
    ["schedule", { schedule: "*".repeat(101) }, "relay-schedule"],
    ["quota", { quotaBytes: 2 ** 60 }, "relay-quota"],
  ])("of a volunteer with another %s than it may have is refused", (_, relay, reason) => {
    expect(open(seal({ relay }))).toBe(reason);
  });

  it("without an end lasts for ever", () => {
    const { bytes } = signRecord(NETWORK_INFO, { ...HEAD, expiresAt: undefined }, KEY);
    const opened = openRecord(bytes, NETWORK);
    expect(opened.ok && opened.value.expiresAt).toBeUndefined();
  });

  it("carries numbers up to 2^53 - 1, and no greater one", () => {
    const { bytes } = signRecord(RELAY, { ...HEAD, sequence: Number.MAX_SAFE_INTEGER }, KEY);
    const opened = openRecord(bytes, NETWORK);
    expect(opened.ok && opened.value.sequence).toBe(Number.MAX_SAFE_INTEGER);
    expect(wireNumber(2 ** 53)).toBeUndefined();
    expect(open(seal({ sequence: 2 ** 60, networkInfo: {} }))).toBe("record-number");
  });

  it("keeps what a later version added, for whoever understands it", () => {
    const field100 = Buffer.from([0xa2, 0x06, 0x03, 1, 2, 3]);
    const { name, prefix4, prefix6 } = { name: "home", prefix4: [100, 64, 0, 0], prefix6: "fd123456789a" };
    const networkInfo = {
      name,
      prefix4: new Uint8Array(prefix4),
      prefix4Length: 16,
      prefix6: new Uint8Array(Buffer.from(prefix6.padEnd(32, "0"), "hex")),
      prefix6Length: 64,
    };
    const bytes = seal({ networkInfo }, field100);
    const opened = openRecord(bytes, NETWORK);
    expect(opened.ok && Buffer.from(opened.value.bytes).equals(bytes)).toBe(true);
    expect(opened.ok && Buffer.from(opened.value.bytes).includes(field100)).toBe(true);
  });

  it("of wire version 1 is, byte for byte, what it always was", () => {
    const { bytes } = signRecord(MEMBER, HEAD, KEY);
    expect(Buffer.from(bytes).toString("hex")).toBe(GOLDEN_MEMBER);
    const digests = CONTENTS.map((content) =>
      createHash("sha256")
        .update(signRecord(content, HEAD, KEY).bytes)
        .digest("hex")
        .slice(0, 16),
    );
    expect(digests).toEqual(GOLDEN_DIGESTS);
    expect(open(new Uint8Array(Buffer.from(GOLDEN_MEMBER, "hex")))).toBe("opened");
  });
});

describe("a record is refused by name", () => {
  const member = {
    name: "a",
    identityKey: AUTHOR,
    wireguardKey: AUTHOR,
    exchangeKey: AUTHOR,
    address4: new Uint8Array([100, 64, 0, 1]),
    address6: new Uint8Array(16).fill(1),
  };
  const network = {
    name: "home",
    prefix4: new Uint8Array([100, 64, 0, 0]),
    prefix4Length: 16,
    prefix6: new Uint8Array(16),
    prefix6Length: 64,
  };
  const endpoint = (text: string): { carrier: string; endpoint: string } => ({
    carrier: "udp",
    endpoint: text,
  });
  const cases: readonly [string, hopwire.v1.RecordBody.$Properties][] = [
    ["record-version", { version: 2, member }],
    ["record-other-network", { network: new Uint8Array(16), member }],
    ["record-author", { author: new Uint8Array(31), member }],
    ["record-kind", {}],
    ["record-signature", { author: new Uint8Array(32).fill(5), member }],
    ["network-name", { networkInfo: { ...network, name: "Home" } }],
    ["network-prefix4", { networkInfo: { ...network, prefix4Length: 31 } }],
    ["network-prefix4", { networkInfo: { ...network, prefix4: new Uint8Array([100, 64, 0, 1]) } }],
    ["network-prefix4", { networkInfo: { ...network, prefix4: new Uint8Array(16) } }],
    ["network-prefix6", { networkInfo: { ...network, prefix6Length: 48 } }],
    ["network-prefix6", { networkInfo: { ...network, prefix6: new Uint8Array(16).fill(1) } }],
    ["member-name", { member: { ...member, name: "../etc" } }],
    ["member-identity-key", { member: { ...member, identityKey: new Uint8Array(31) } }],
    ["member-wireguard-key", { member: { ...member, wireguardKey: new Uint8Array(33) } }],
    ["member-exchange-key", { member: { ...member, exchangeKey: new Uint8Array() } }],
    ["member-address4", { member: { ...member, address4: new Uint8Array(5) } }],
    ["member-address6", { member: { ...member, address6: new Uint8Array(4) } }],
    ["id-length", { revocation: { member: new Uint8Array(15) } }],
    ["relay-endpoints", { relay: { endpoints: Array<object>(17).fill(endpoint("192.0.2.1:1")) } }],
    ["relay-endpoint", { relay: { endpoints: [endpoint("127.0.0.1:1")] } }],
    ["relay-endpoint", { relay: { endpoints: [endpoint("relay.example:1")] } }],
    ["relay-carrier", { relay: { endpoints: [{ carrier: "UDP", endpoint: "192.0.2.1:1" }] } }],
    ["relay-region", { relay: { region: "\u001b[2J" } }],
    ["relay-version", { relay: { version: "1\n2" } }],
    ["relay-bandwidth", { relay: { bandwidthBps: 2 ** 60 } }],
    ["endpoints-list", { endpoints: { homeRelays: Array<Uint8Array>(17).fill(new Uint8Array(16)) } }],
    ["endpoints-endpoint", { endpoints: { publicEndpoints: ["169.254.169.254:80"] } }],
    ["id-length", { endpoints: { homeRelays: [new Uint8Array(3)] } }],
    ["secret-commitment", { secret: { epoch: 1, commitment: new Uint8Array(31) } }],
  ];
  it.each(cases)("%s", (reason, fields) => {
    expect(open(seal(fields))).toBe(reason);
  });

  it("record-too-long, one byte beyond the limit", () => {
    expect(open(new Uint8Array(MAX_RECORD_BYTES + 1))).toBe("record-too-long");
    expect(open(new Uint8Array(MAX_RECORD_BYTES))).toBe("record-malformed");
  });

  it("record-envelope, when something was added outside the signature", () => {
    const { bytes } = signRecord(MEMBER, HEAD, KEY);
    expect(open(new Uint8Array([...bytes, 0xa2, 0x06, 0x01, 0]))).toBe("record-envelope");
    expect(open(new Uint8Array([...bytes, ...bytes]))).toBe("record-envelope");
  });

  it("record-signature, when it was made for another purpose", () => {
    const body = wire.SignedRecord.decode(signRecord(MEMBER, HEAD, KEY).bytes).body;
    const bytes = wire.SignedRecord.encode({ body, signature: signBytes("hello", body, KEY) }).finish();
    expect(open(bytes)).toBe("record-signature");
  });

  it("whichever byte somebody changed", () => {
    const { bytes } = signRecord(MEMBER, HEAD, KEY);
    for (let index = 0; index < bytes.length; index++) {
      for (const mask of [1, 0x80, 0xff]) {
        const tampered = bytes.slice();
        tampered[index] = (tampered[index] ?? 0) ^ mask;
        expect(open(tampered)).not.toBe("opened");
      }
    }
  });

  it("and never by an exception, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(open(bytes)).not.toBe("opened");
        expect(open(seal({}, bytes))).toBeTypeOf("string");
      }),
      { numRuns: 300 },
    );
  });
});

// R-1202
describe("a certificate for new keys", () => {
  const lineage = { predecessor: "ab".repeat(16) as MemberId, origin: "cd".repeat(16) as MemberId };

  it("names whose place it takes and whose IPv6 address it has, and comes back as it went", () => {
    const record = signRecord({ ...MEMBER, ...lineage }, HEAD, KEY);
    const opened = openRecord(record.bytes, HEAD.network);
    expect(opened.ok && opened.value.content).toEqual({ ...MEMBER, ...lineage });
  });
});

describe("slots", () => {
  const other = privateKeyOf("ed25519", new Uint8Array(32).fill(9));
  const slots = (key: typeof KEY): string[] =>
    CONTENTS.map((content) => slotOf(signRecord<RecordContent>(content, HEAD, key) as SignedRecord));

  it("of two authors, and of a member and an admin, are different ones", () => {
    expect(new Set([...slots(KEY), ...slots(other)]).size).toBe(2 * CONTENTS.length);
  });

  it("do not depend on sequence, time or what else the record says", () => {
    const renamed = signRecord({ ...MEMBER, name: "renamed" }, { ...HEAD, sequence: 9 }, KEY);
    expect(slotOf(renamed)).toBe(slotOf(signRecord(MEMBER, HEAD, KEY)));
  });

  it("have a hash of twelve bytes", () => {
    expect(slotHash("a")).toHaveLength(12);
    expect(slotHash("a")).not.toEqual(slotHash("b"));
  });
});

const GOLDEN_MEMBER = [
  "0ad3010801121072a215f5e315fdcec430083e513e2e5d1a208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d9412",
  "1bf3748801b40f6f5c20072880d0eab6b73330808884e0b7335a8a010a066c6170746f7012208a88e3dd7409f195fd52",
  "db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c1a20020202020202020202020202020202020202020202020202",
  "0202020202020202222003030303030303030303030303030303030303030303030303030303030303032a0464400001",
  "3210fd123456789a000000000000000000013a02000112407eaf2069ede970c179955d7b873ef7e06a0f217047f029be",
  "069f671039aa93995bf1d742d66c4897bb5a2b57a3274420f19c4d1d28641d25683b8b15f412d00b",
].join("");
const GOLDEN_DIGESTS = [
  "b0465e0ef24f55d6",
  "33414a6c84e713d9",
  "e0940ba9c90df57d",
  "0d426f424d9f6936",
  "bcf9d5886e7e5ee8",
  "d2a7a387b2a94378",
  "440219952f1c81df",
];
