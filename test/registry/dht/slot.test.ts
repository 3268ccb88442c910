import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dhtSecretOf,
  slotAt,
  slotOrder,
  SLOTS,
  WINDOW_MS,
  windowsToRead,
  windowsToWrite,
} from "../../../agent/registry/dht/slot.ts";
import { MAX_FUTURE_MS } from "../../../agent/registry/store.ts";
import { wallMs } from "../../../protocol/time.ts";
import { NOW, testHost } from "../network.ts";

const SECRET = dhtSecretOf(1, new Uint8Array(32).fill(1));
const OTHER = dhtSecretOf(2, new Uint8Array(32).fill(2));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

//
describe("the places of a network in the DHT", () => {
  it("are the same to all who know the secret", () => {
    const again = dhtSecretOf(1, new Uint8Array(32).fill(1));
    expect(slotAt(again, 245_000, 3)).toEqual(slotAt(SECRET, 245_000, 3));
    // Golden: members of different versions must meet.
    expect(hex(slotAt(SECRET, 245_000, 3).target)).toBe("589fb95973b5ed541e072edfcf1fe0e54896a98e");
  });

  it("have nothing in common with each other, or with another window's, secret's or network's", () => {
    const slots = [SECRET, OTHER].flatMap((secret) =>
      [245_000, 245_001, -1].flatMap((window) => [0, 1, 2, 3].map((index) => slotAt(secret, window, index))),
    );
    for (const part of ["target", "publicKey", "sealKey"] as const)
      expect(new Set(slots.map((slot) => hex(slot[part])))).toHaveProperty("size", slots.length);
  });

  it("are tried in an order that is the member's own in each window, and holds each once", () => {
    const orders = Array.from({ length: 40 }, (_, number) => slotOrder(SECRET, 245_000, testHost(number).id));
    for (const order of orders) expect([...order].sort()).toEqual([0, 1, 2, 3]);
    const firsts = orders.map(([first]) => first);
    for (let index = 0; index < SLOTS; index++)
      expect(firsts.filter((first) => first === index).length).toBeGreaterThan(3);
    const later = Array.from({ length: 40 }, (_, window) => slotOrder(SECRET, window, testHost(1).id)[0]);
    expect(new Set(later).size).toBe(SLOTS);
  });
});

//
describe("what is written for the next hour", () => {
  const HOUR_MS = 3_600_000;
  const at = fc.integer({ min: 0, max: 4 * WINDOW_MS }).map((ms) => NOW + ms);

  it("is read until then by whoever's clock is off by as much as clocks may be", () => {
    const skew = fc.integer({ min: -MAX_FUTURE_MS, max: MAX_FUTURE_MS });
    const age = fc.integer({ min: 0, max: HOUR_MS });
    fc.assert(
      fc.property(at, age, skew, (now, ageMs, skewMs) => {
        const written = windowsToWrite(wallMs(now), HOUR_MS);
        const read = windowsToRead(wallMs(now + ageMs + skewMs));
        expect(read.some((window) => written.includes(window))).toBe(true);
      }),
    );
  });

  it("is in the window that readers look into first, where clocks are right", () => {
    fc.assert(
      fc.property(at, fc.integer({ min: 0, max: HOUR_MS }), (now, ageMs) => {
        const [first] = windowsToRead(wallMs(now + ageMs));
        expect(windowsToWrite(wallMs(now), HOUR_MS)).toContain(first);
      }),
    );
  });

  it("is in two windows at most, and read in three at most", () => {
    fc.assert(
      fc.property(at, (now) => {
        expect(windowsToWrite(wallMs(now), HOUR_MS).length).toBeLessThanOrEqual(2);
        expect(windowsToRead(wallMs(now)).length).toBeLessThanOrEqual(3);
      }),
    );
  });
});
