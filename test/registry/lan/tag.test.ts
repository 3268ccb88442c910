import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lanSecretOf } from "../../../agent/registry/lan/lan-secret.ts";
import { announcementOf, decodeTxt, recognise, txtOf, WINDOW_MS } from "../../../agent/registry/lan/tag.ts";
import { wallMs } from "../../../protocol/time.ts";

const NOW = wallMs(Date.UTC(2026, 0, 1));
const AT = { address: "192.168.1.2", port: 51_820 };
const SALT = "0123456789abcdef";
const ours = lanSecretOf(2, new Uint8Array(32).fill(1));
const before = lanSecretOf(1, new Uint8Array(32).fill(2));
const theirs = lanSecretOf(2, new Uint8Array(32).fill(3));

//
describe("a tag", () => {
  it("is made out by who knows the network's secret, of this epoch or the one before", () => {
    for (const secret of [ours, before]) {
      const announcement = announcementOf(secret, SALT, AT, NOW);
      expect(recognise(announcement, AT, [ours, before], NOW)).toBe(secret);
    }
    expect(recognise(announcementOf(ours, SALT, AT, NOW), AT, [theirs], NOW)).toBeUndefined();
  });

  it("counts at the address and port that it was made for, and nowhere else", () => {
    const announcement = announcementOf(ours, SALT, AT, NOW);
    for (const at of [
      { ...AT, port: 51_821 },
      { ...AT, address: "192.168.1.3" },
    ])
      expect(recognise(announcement, at, [ours], NOW)).toBeUndefined();
  });

  it("counts for hosts whose clocks are up to 75 minutes apart, and not for long", () => {
    const announcement = announcementOf(ours, SALT, AT, NOW);
    const at = (ms: number) => recognise(announcement, AT, [ours], wallMs(NOW + ms));
    expect(NOW % WINDOW_MS).toBe(0);
    expect(at(6 * WINDOW_MS - 1)).toBe(ours);
    expect(at(6 * WINDOW_MS)).toBeUndefined();
    expect(at(-5 * WINDOW_MS)).toBe(ours);
    expect(at(-5 * WINDOW_MS - 1)).toBeUndefined();
  });

  it("has nothing in common with that of another salt or window", () => {
    const tags = [
      announcementOf(ours, SALT, AT, NOW),
      announcementOf(ours, "fedcba9876543210", AT, NOW),
      announcementOf(ours, SALT, AT, wallMs(NOW + WINDOW_MS)),
    ].map(({ tag }) => tag);
    expect(new Set(tags).size).toBe(3);
  });

  it("has these bytes", () => {
    expect(txtOf(announcementOf(ours, SALT, AT, NOW))).toEqual({
      s: SALT,
      t: "ed785bc18d81dbe77323ec0213da6950",
    });
  });
});

describe("a TXT record", () => {
  it("is read as it was written", () => {
    const announcement = announcementOf(ours, SALT, AT, NOW);
    expect(decodeTxt(txtOf(announcement))).toEqual({ ok: true, value: announcement });
  });

  it.each([
    undefined,
    null,
    "s",
    {},
    { s: SALT },
    { s: SALT, t: "x" },
    { s: `${SALT}0`, t: "0".repeat(32) },
    { s: [SALT], t: 1 },
  ])("that nobody of ours wrote is refused: %j", (txt) => {
    expect(decodeTxt(txt)).toEqual({ ok: false, reason: "txt-malformed" });
  });

  it("never makes the decoder throw", () => {
    fc.assert(fc.property(fc.anything(), (txt) => typeof decodeTxt(txt).ok === "boolean"));
  });
});
