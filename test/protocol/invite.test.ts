import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hopwire } from "../../protocol/generated/hopwire.js";
import type { InviteId } from "../../protocol/ids.ts";
import {
  decodeInvite,
  encodeInvite,
  MAX_INVITE_CHARS,
  MAX_INVITE_ENDPOINTS,
  redemptionBytes,
  type Invite,
} from "../../protocol/invite.ts";
import { keyText, sha256 } from "../../protocol/keys.ts";
import { wallMs } from "../../protocol/time.ts";

const INVITE: Invite = {
  networkKey: new Uint8Array(32).fill(1),
  issuerWireguardKey: keyText(new Uint8Array(32).fill(2)),
  issuerAddress4: "100.64.0.1",
  controlPort: 51821,
  inviteId: "0f".repeat(16) as InviteId,
  temporaryKey: keyText(new Uint8Array(32).fill(3)),
  temporaryAddress4: "100.64.7.9",
  expiresAt: wallMs(1_767_312_000_000),
  endpoints: [
    { address: "192.0.2.1", port: 51820 },
    { address: "2001:db8::1", port: 51820 },
  ],
  memberName: "laptop",
};

function reasonOf(text: string): string {
  const invite = decodeInvite(text);
  return invite.ok ? "decoded" : invite.reason;
}

/** A token with a right checksum, whatever its fields say. */
function tokenOf(change: hopwire.v1.Invite.$Properties): string {
  const token = encodeInvite(INVITE).slice("hopwire1-".length);
  const fields = hopwire.v1.Invite.decode(Buffer.from(token, "base64url").subarray(0, -8));
  return tokenOfBytes(hopwire.v1.Invite.encode(Object.assign(fields, change)).finish());
}

function tokenOfBytes(body: Uint8Array): string {
  return `hopwire1-${Buffer.concat([body, sha256(body).subarray(0, 8)]).toString("base64url")}`;
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

  it("of wire version 1 is, character for character, what it always was", () => {
    expect(encodeInvite(INVITE)).toBe(GOLDEN);
  });

  it("fits the limit with as many endpoints as it may have, and takes no more", () => {
    const address = "2001:db8:1111:2222:3333:4444:5555:6666";
    const endpoints = Array.from({ length: MAX_INVITE_ENDPOINTS }, (_, port) => ({
      address,
      port: port + 10_000,
    }));
    const token = encodeInvite({ ...INVITE, endpoints, memberName: "m".repeat(63) });
    expect(token.length).toBeLessThan(MAX_INVITE_CHARS);
    expect(reasonOf(token)).toBe("decoded");
    const [one] = endpoints;
    expect(() => encodeInvite({ ...INVITE, endpoints: one ? [...endpoints, one] : [] })).toThrow(RangeError);
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

  it.each(["hopwire2-AAAA", "hopwire0-AAAA", tokenOf({ version: 2 })])("as version: %s", (text) => {
    expect(reasonOf(text)).toBe("version");
  });

  it("as truncated-or-altered, wherever it was cut", () => {
    for (let length = "hopwire1-".length; length < token.length; length++)
      expect(reasonOf(token.slice(0, length))).toBe("truncated-or-altered");
  });

  it("as truncated-or-altered, whichever character was changed, added or lost", () => {
    for (let index = "hopwire1-".length; index < token.length; index++) {
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
    ["an endpoint of this very host", { endpoints: ["127.0.0.1:22"] }],
    ["a name for an endpoint", { endpoints: ["example.org:22"] }],
    ["too many endpoints", { endpoints: Array<string>(17).fill("192.0.2.1:1") }],
    ["a bad name", { memberName: "A B" }],
  ])("as not-an-invite: %s", (_, change) => {
    expect(reasonOf(tokenOf(change))).toBe("not-an-invite");
  });

  it("and never by an exception, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (text, bytes) => {
        expect(reasonOf(text)).not.toBe("decoded");
        expect(reasonOf(`hopwire1-${text}`)).not.toBe("decoded");
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

const GOLDEN = [
  "hopwire1-CAESIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBGiACAgICAgICAgICAgICAgICAgICAgICAgICAgI",
  "CAgICAiIEZEAAASjtlAMyEA8PDw8PDw8PDw8PDw8PDw86IAMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDQgRkQAc",
  "JSICIhOC3M1IPMTkyLjAuMi4xOjUxODIwUhNbMjAwMTpkYjg6OjFdOjUxODIwWgZsYXB0b3C6hGE5cHDhIA",
].join("");
