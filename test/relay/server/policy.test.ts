import { describe, expect, it } from "vitest";
import { closedBy, isAllowed, scheduleOf } from "../../../agent/relay/server/policy.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import { wallMs, type WallMs } from "../../../protocol/time.ts";

const ann = { id: "a".repeat(32) as MemberId, name: "ann", roles: ["member", "admin"] as const };
const bob = { id: "b".repeat(32) as MemberId, name: "bob", roles: ["member"] as const };
/** In the host's time, as schedules are. 2026-11-02 is a Monday. */
const local = (day: number, hour: number, minute: number, second = 0): WallMs =>
  wallMs(new Date(2026, 10, day, hour, minute, second).getTime());

//
describe("who may use a relay", () => {
  it("is everybody by a star, or a pair of which one end is listed by name or id", () => {
    for (const allow of [["*"], ["bob"], [bob.id], ["cat", "ann"]])
      expect(isAllowed({ allow }, [ann, bob])).toBe(true);
    for (const allow of [[], ["cat"], ["Bob"]]) expect(isAllowed({ allow }, [ann, bob])).toBe(false);
  });
});

describe("a role in a relay's policy", () => {
  it("lets in the pairs of which one end has it", () => {
    expect(isAllowed({ allow: ["role:admin"] }, [bob, ann])).toBe(true);
    expect(isAllowed({ allow: ["role:admin"] }, [bob, bob])).toBe(false);
    expect(isAllowed({ allow: ["role:member"] }, [bob, bob])).toBe(true);
  });

  it("is no member's name", () => {
    expect(isAllowed({ allow: ["admin"] }, [ann, bob])).toBe(false);
  });
});

describe("a schedule", () => {
  it("is open for the whole of each minute that it matches", () => {
    const isOpenAt = scheduleOf("* 22-23,0-5 * * *");
    expect(
      [local(2, 21, 59, 59), local(2, 22, 0), local(3, 5, 59, 59), local(3, 6, 0)].map(isOpenAt),
    ).toEqual([false, true, true, false]);
  });

  it("needs both the day of the month and that of the week to match", () => {
    const isOpenAt = scheduleOf("* * 1-7 * 1");
    expect([local(2, 12, 0), local(3, 12, 0), local(9, 12, 0)].map(isOpenAt)).toEqual([true, false, false]);
  });
});

describe("a relay", () => {
  it("is closed by its hours, and by its month from the last byte on", () => {
    const now = local(2, 12, 0);
    const closed = (isOpen: boolean, monthlyBytes: number, used: number) =>
      closedBy({ monthlyBytes }, () => isOpen, used, now);
    expect(closed(true, 0, 1e15)).toBeUndefined();
    expect(closed(true, 100, 99)).toBeUndefined();
    expect(closed(true, 100, 100)).toBe("monthly-quota");
    expect(closed(false, 0, 0)).toBe("off-schedule");
  });
});
