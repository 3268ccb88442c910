import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wallMs } from "../../protocol/time.ts";
import { ENDPOINT_KINDS, type Experience } from "../../cache/data.ts";
import { byScore, score, type ScoredKind } from "../../cache/score.ts";
import { ago, DAY_MS, experience, NOW } from "./samples.ts";

const kind = fc.constantFrom<ScoredKind>(...ENDPOINT_KINDS, "relay", "relay-of-others");
const total = (k: ScoredKind, entry: Experience): number => score(k, entry, NOW).total;

// Products of the same factors in the same order round the same way, so no tolerance is needed.
describe("score, R-203", () => {
  it("is above 0, at most 1, and the product of its parts, each of them within the same range", () => {
    fc.assert(
      fc.property(kind, experience, (k, entry) => {
        const { total: all, parts } = score(k, entry, NOW);
        for (const part of [all, ...Object.values(parts)]) {
          expect(part).toBeGreaterThan(0);
          expect(part).toBeLessThanOrEqual(1);
        }
        expect(all).toBeCloseTo(Object.values(parts).reduce((a, b) => a * b));
      }),
    );
  });

  it("never falls with one more success", () => {
    fc.assert(
      fc.property(kind, experience, (k, entry) => {
        const { attempts, successes } = entry;
        const better: Experience = {
          ...entry,
          attempts: attempts + 1,
          successes: successes + 1,
          lastOutcome: "success",
          lastSeenAt: NOW,
          lastSuccessAt: NOW,
        };
        expect(total(k, better)).toBeGreaterThanOrEqual(total(k, entry));
        expect(total(k, { ...entry, successes: Math.min(attempts, successes + 1) })).toBeGreaterThanOrEqual(
          total(k, entry),
        );
      }),
    );
  });

  it("never rises with one more failure", () => {
    fc.assert(
      fc.property(kind, experience, (k, entry) => {
        const worse: Experience = { ...entry, attempts: entry.attempts + 1, lastOutcome: "failure" };
        expect(total(k, worse)).toBeLessThanOrEqual(total(k, entry));
      }),
    );
  });

  it("never rises with a higher RTT or more loss", () => {
    const two = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(kind, experience, two, (k, entry, [a, b]) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(total(k, { ...entry, loss: high })).toBeLessThanOrEqual(total(k, { ...entry, loss: low }));
        const [near, far] = [low * 5_000, high * 5_000];
        expect(total(k, { ...entry, rttMs: far })).toBeLessThanOrEqual(total(k, { ...entry, rttMs: near }));
      }),
    );
  });

  it("is higher for what was seen or worked more recently, and falls as time goes by", () => {
    fc.assert(
      fc.property(kind, experience, fc.integer({ min: 1000, max: 10 * DAY_MS }), (k, entry, ms) => {
        const fresher: Experience = { ...entry, lastSeenAt: wallMs(Math.min(NOW, entry.lastSeenAt + ms)) };
        expect(total(k, fresher)).toBeGreaterThanOrEqual(total(k, entry));
        expect(score(k, entry, wallMs(NOW + ms)).total).toBeLessThanOrEqual(total(k, entry));
      }),
    );
    const worked = (at: number): Experience => ({
      attempts: 1,
      successes: 1,
      lastOutcome: "success",
      firstSeenAt: ago(10 * DAY_MS),
      lastSeenAt: ago(at),
      lastSuccessAt: ago(at),
    });
    expect(total("host", worked(1000))).toBeGreaterThan(total("host", worked(DAY_MS)));
  });

  it("doubts a time in the future as much as one in the past", () => {
    const at = (lastSeenAt: number): Experience => ({
      attempts: 0,
      successes: 0,
      firstSeenAt: NOW,
      lastSeenAt: wallMs(lastSeenAt),
    });
    expect(total("host", at(NOW + DAY_MS))).toBe(total("host", at(NOW - DAY_MS)));
  });

  it("puts an untried direct endpoint before a relayed or carried one that works", () => {
    const untried: Experience = { attempts: 0, successes: 0, firstSeenAt: NOW, lastSeenAt: NOW };
    const proven: Experience = {
      ...untried,
      attempts: 1000,
      successes: 1000,
      lastOutcome: "success",
      lastSuccessAt: NOW,
      rttMs: 100,
    };
    for (const direct of ["host", "port-mapped", "peer-reflexive", "server-reflexive"] as const) {
      expect(total(direct, untried)).toBeGreaterThan(total("relayed", proven));
    }
    expect(total("server-reflexive", proven)).toBeGreaterThan(total("host", untried));
  });

  it("gives a total order that does not depend on the order given: equal totals go by key", () => {
    const scored = fc.record({
      key: fc.string(),
      score: fc.constantFrom(0.1, 0.5).map((value) => ({ ...score("host", untriedNow, NOW), total: value })),
    });
    const unique = fc.uniqueArray(scored, { selector: ({ key }) => key });
    fc.assert(
      fc.property(unique, (entries) => {
        expect(entries.toReversed().sort(byScore)).toEqual(entries.toSorted(byScore));
      }),
    );
  });
});

const untriedNow: Experience = { attempts: 0, successes: 0, firstSeenAt: NOW, lastSeenAt: NOW };
