import { describe, expect, it } from "vitest";
import {
  decodeId,
  idBytes,
  isMemberName,
  memberIdOf,
  networkIdOf,
  parseId,
  type MemberId,
} from "../../protocol/ids.ts";

const KEY = new Uint8Array(32).fill(1);

describe("an id", () => {
  it("of one key is different for a member and a network, and stays the same for ever", () => {
    expect(memberIdOf(KEY)).toBe("432d2617ecc46c99b4f628f3a2dc6647");
    expect(networkIdOf(KEY)).toBe("43f94fb884f6f1ff73888befd61ca37c");
  });

  it("comes back from its bytes and its text", () => {
    const id = memberIdOf(KEY);
    expect(decodeId<MemberId>(idBytes(id))).toEqual({ ok: true, value: id });
    expect(parseId<MemberId>(id)).toEqual({ ok: true, value: id });
  });

  it("has 16 bytes, or 32 lower-case digits", () => {
    for (const length of [0, 15, 17])
      expect(decodeId(new Uint8Array(length))).toEqual({ ok: false, reason: "id-length" });
    for (const text of ["", "a".repeat(31), "a".repeat(33), "A".repeat(32), `${"a".repeat(32)}\n`])
      expect(parseId(text)).toEqual({ ok: false, reason: "not-an-id" });
  });
});

// RFC 1123, section 2.1
describe("a member's name", () => {
  it.each(["a", "laptop", "web-1", "9", "a".repeat(63)])("may be %s", (name) => {
    expect(isMemberName(name)).toBe(true);
  });

  it.each(["", "-a", "a-", "A", "a.b", "a b", "a_b", "a\n", "ä", "a".repeat(64)])("may not be %j", (name) => {
    expect(isMemberName(name)).toBe(false);
  });
});
