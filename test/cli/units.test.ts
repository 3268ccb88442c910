import { describe, expect, it } from "vitest";
import { memberNameOf } from "../../agent/cli/init.ts";
import { summaryOf } from "../../agent/cli/ping.ts";
import { formatAge, formatBytes, formatRtt, formatShare, parseDurationSec } from "../../agent/cli/units.ts";
import { isMemberName } from "../../protocol/ids.ts";

describe("units", () => {
  it("shows bytes with at most three digits", () => {
    const shown = [0, 999, 1000, 1024, 10_240, 999 * 1024, 1024 ** 2, 5 * 1024 ** 3, 3 * 1024 ** 5].map(
      formatBytes,
    );
    expect(shown).toEqual([
      "0 B",
      "999 B",
      "1.0 KiB",
      "1.0 KiB",
      "10.0 KiB",
      "999 KiB",
      "1.0 MiB",
      "5.0 GiB",
      "3072 TiB",
    ]);
  });

  it("shows an age in the largest unit that fits", () => {
    const shown = [null, -5, 0, 59.9, 60, 3599, 3600, 172_799, 172_800].map(formatAge);
    expect(shown).toEqual(["-", "0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 d"]);
  });

  it("shows round trips and shares with the digits that matter", () => {
    expect([null, 0.123, 12.34, 123.4].map(formatRtt)).toEqual(["-", "0.12 ms", "12.3 ms", "123 ms"]);
    expect([null, 0, 0.005, 0.5, 1].map(formatShare)).toEqual(["-", "0 %", "0.5 %", "50 %", "100 %"]);
  });

  it("reads durations, and refuses what has no unit", () => {
    expect(["90s", "30m", "24h", "7d"].map(parseDurationSec)).toEqual([90, 1800, 86_400, 604_800]);
    for (const text of ["", "24", "h", "-1h", "1.5h", "1w", "24 h"]) {
      expect(() => parseDurationSec(text)).toThrow("is no duration");
    }
  });
});

describe("memberNameOf", () => {
  it("makes a DNS label of any host name", () => {
    const hosts = [
      "alice",
      "Alice-Laptop.local",
      "my_host",
      "--x--",
      "",
      "ü",
      "x".repeat(80),
      `${"x".repeat(62)}-y`,
    ];
    const names = hosts.map(memberNameOf);
    expect(names.slice(0, 6)).toEqual(["alice", "alice-laptop", "my-host", "x", "host", "host"]);
    expect(names.every(isMemberName)).toBe(true);
  });
});

describe("summaryOf", () => {
  it("has no round trip and no loss where nothing was sent", () => {
    expect(summaryOf([])).toEqual({ sent: 0, received: 0, loss: 0, rttMs: null });
  });
});
