import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hopwire } from "../../protocol/generated/hopwire.js";
import type { InviteId } from "../../protocol/ids.ts";
import {
  decodeInvite,
  encodeInvite,
  MAX_INVITE_CHARS,
  MAX_INVITE_WAYS,
  redemptionBytes,
  type Invite,
} from "../../protocol/invite.ts";
import { keyText, sha256 } from "../../protocol/keys.ts";
import { wallMs } from "../../protocol/time.ts";

const PREFIX = "hopwire2-";

const INVITE: Invite = {
  networkKey: new Uint8Array(32).fill(1),
  issuerWireguardKey: keyText(new Uint8Array(32).fill(2)),
  issuerAddress4: "100.64.0.1",
  controlPort: 51821,
  inviteId: "0f".repeat(16) as InviteId,
  temporaryKey: keyText(new Uint8Array(32).fill(3)),
  temporaryAddress4: "100.64.7.9",
  expiresAt: wallMs(1_767_312_000_000),
  ways: [
    { endpoint: { address: "192.0.2.1", port: 51820 }, relayed: false },
    { endpoint: { address: "2001:db8::1", port: 40_001 }, relayed: true },
  ],
  memberName: "laptop",
};

function reasonOf(text: string): string {
  const invite = decodeInvite(text);
  return invite.ok ? "decoded" : invite.reason;
}

/** A token with a right checksum, whatever its fields say. */
function tokenOf(change: hopwire.v1.Invite.$Properties): string {
  const token = encodeInvite(INVITE).slice(PREFIX.length);
  const fields = hopwire.v1.Invite.decode(Buffer.from(token, "base64url").subarray(0, -8));
  return tokenOfBytes(hopwire.v1.Invite.encode(Object.assign(fields, change)).finish());
}

function tokenOfBytes(body: Uint8Array): string {
  return `${PREFIX}${Buffer.concat([body, sha256(body).subarray(0, 8)]).toString("base64url")}`;
}

// R-1201
describe("an invite", () => {
  it("comes back as it went", () => {
    expect(decodeInvite(encodeInvite(INVITE))).toEqual({ ok: true, value: INVITE });
  });

  it("may have white space around it, and line breaks inside", () => {
    const token = encodeInvite(INVITE);
    const wrapped = `  ${token.slice(0, 76)}\r\n${token.slice(76)}\n`;
    expect(decodeInvite(wrapped)).toEqual({ ok: true, value: INVITE });
  });

  it("of wire version 2 is, character for character, what it always was", () => {
    expect(encodeInvite(INVITE)).toBe(GOLDEN);
  });

  it("of wire version 1 is read as it was written, with direct ways alone", () => {
    const ways = [
      { endpoint: { address: "192.0.2.1", port: 51820 }, relayed: false },
      { endpoint: { address: "2001:db8::1", port: 51820 }, relayed: false },
    ];
    expect(decodeInvite(GOLDEN_V1)).toEqual({ ok: true, value: { ...INVITE, ways } });
  });

  it("with four ways over IPv4 and a name of ten letters fits a QR code of 61 modules (321 bytes)", () => {
    const ways = Array.from({ length: 4 }, (_, port) => ({
      endpoint: { address: "203.0.113.254", port: 40_000 + port },
      relayed: true,
    }));
    expect(encodeInvite({ ...INVITE, ways, memberName: "workstatio" }).length).toBeLessThanOrEqual(321);
  });

  it("fits the limit with as many ways as it may have, and takes no more", () => {
    const address = "2001:db8:1111:2222:3333:4444:5555:6666";
    const ways = Array.from({ length: MAX_INVITE_WAYS }, (_, port) => ({
      endpoint: { address, port: port + 10_000 },
      relayed: true,
    }));
    const token = encodeInvite({ ...INVITE, ways, memberName: "m".repeat(63) });
    expect(token.length).toBeLessThan(MAX_INVITE_CHARS);
    expect(reasonOf(token)).toBe("decoded");
    const [one] = ways;
    expect(() => encodeInvite({ ...INVITE, ways: one ? [...ways, one] : [] })).toThrow(RangeError);
  });
});

describe("a text is refused", () => {
  const token = encodeInvite(INVITE);

  it.each(["", "hello", "hopwire", "hopwire-", "Hopwire1-AAAA", "x".repeat(MAX_INVITE_CHARS + 1)])(
    "as not-an-invite: %j",
    (text) => {
      expect(reasonOf(text)).toBe("not-an-invite");
    },
  );

  it.each(["hopwire3-AAAA", "hopwire0-AAAA", tokenOf({ version: 1 }), tokenOf({ version: 3 })])(
    "as version: %s",
    (text) => {
      expect(reasonOf(text)).toBe("version");
    },
  );

  it("as truncated-or-altered, wherever it was cut", () => {
    for (let length = PREFIX.length; length < token.length; length++)
      expect(reasonOf(token.slice(0, length))).toBe("truncated-or-altered");
  });

  it("as truncated-or-altered, whichever character was changed, added or lost", () => {
    for (let index = PREFIX.length; index < token.length; index++) {
      const [before, after] = [token.slice(0, index), token.slice(index + 1)];
      const other = token[index] === "A" ? "B" : "A";
      for (const text of [before + other + after, before + after, `${before}*${after}`])
        expect(reasonOf(text)).toBe("truncated-or-altered");
    }
  });

  it.each<[string, hopwire.v1.Invite.$Properties]>([
    ["a short network key", { networkKey: new Uint8Array(31) }],
    ["a short WireGuard key", { issuerWireguardKey: new Uint8Array(31) }],
    ["a short temporary key", { temporaryKey: new Uint8Array(33) }],
    ["no address of the issuer", { issuerAddress4: new Uint8Array() }],
    ["an IPv6 address where IPv4 belongs", { temporaryAddress4: new Uint8Array(16) }],
    ["no port", { controlPort: 0 }],
    ["too high a port", { controlPort: 65_536 }],
    ["a short id", { inviteId: new Uint8Array(15) }],
    ["a time beyond all numbers", { expiresAtMs: 2 ** 60 }],
    ["a way to this very host", { ways: [new Uint8Array([0, 127, 0, 0, 1, 0, 22])] }],
    ["a way of no length", { ways: [new Uint8Array()] }],
    ["a way of a wrong length", { ways: [new Uint8Array([0, 192, 0, 2, 1, 22])] }],
    ["a way of an unknown kind", { ways: [new Uint8Array([2, 192, 0, 2, 1, 0, 22])] }],
    ["a way without a port", { ways: [new Uint8Array([1, 192, 0, 2, 1, 0, 0])] }],
    ["too many ways", { ways: Array<Uint8Array>(17).fill(new Uint8Array([0, 192, 0, 2, 1, 0, 22])) }],
    ["a bad name", { memberName: "A B" }],
  ])("as not-an-invite: %s", (_, change) => {
    expect(reasonOf(tokenOf(change))).toBe("not-an-invite");
  });

  it("and never by an exception, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (text, bytes) => {
        expect(reasonOf(text)).not.toBe("decoded");
        expect(reasonOf(`${PREFIX}${text}`)).not.toBe("decoded");
        expect(reasonOf(tokenOfBytes(bytes))).not.toBe("decoded");
      }),
    );
  });
});

it("what the joiner signs binds the invite and all three keys", () => {
  const keys = {
    inviteId: INVITE.inviteId,
    identityKey: new Uint8Array(32).fill(1),
    wireguardKey: new Uint8Array(32).fill(2),
    exchangeKey: new Uint8Array(32).fill(3),
  };
  const [id, identity, wireguard, exchange] = [
    "0f".repeat(16),
    "01".repeat(32),
    "02".repeat(32),
    "03".repeat(32),
  ];
  expect(Buffer.from(redemptionBytes(keys)).toString("hex")).toBe(
    [id, identity, wireguard, exchange].join(""),
  );
});

/** With the endpoints as text. */
const GOLDEN_V1 = [
  "hopwire1-CAESIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBGiACAgICAgICAgICAgICAgICAgICAgICAgICAgI",
  "CAgICAiIEZEAAASjtlAMyEA8PDw8PDw8PDw8PDw8PDw86IAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDQgRkQAc",
  "JSICIhOC3M1IPMTkyLjAuMi4xOjUxODIwUhNbMjAwMTpkYjg6OjFdOjUxODIwWgZsYXB0b3C6hGE5cHDhIA",
].join("");

const GOLDEN = [
  "hopwire2-CAISIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBGiACAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI",
  "CAiIEZEAAASjtlAMyEA8PDw8PDw8PDw8PDw8PDw86IAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDQgRkQAcJSICIhOC",
  "3M1oGbGFwdG9wYgcAwAACAcpsYhMBIAENuAAAAAAAAAAAAAAAAZxBT-hUmt34udo",
].join("");
