import { describe, expect, it } from "vitest";
import {
  changeScript,
  counterKey,
  loadScript,
  parseCounters,
  payloadBytes,
  refreshingOf,
  refreshScript,
  relayTableName,
  type Flow,
  type TableChange,
} from "../../../agent/relay/server/nft-ruleset.ts";
import { FLOW_CAPACITY } from "../../../agent/relay/server/nft-table.ts";

const FLOW: Flow = {
  index: 1,
  port: 40_001,
  ends: {
    a: {
      remote: { address: "198.51.100.2", port: 51_820 },
      local: "192.0.2.10",
      hop: "192.0.2.1",
      device: "eth0",
      ifIndex: 2,
    },
    b: {
      remote: { address: "203.0.113.2", port: 51_821 },
      local: "192.0.2.10",
      hop: "192.0.2.1",
      device: "eth0",
      ifIndex: 2,
    },
  },
};

const NOTHING: TableChange = { chains: [], meters: { added: [], removed: [] }, flows: [] };

const at = (flow: Flow, port: number): Flow => ({
  ...flow,
  ends: { ...flow.ends, a: { ...flow.ends.a, remote: { address: "198.51.100.2", port } } },
});

//
describe("the relay's ruleset", () => {
  it("adds both directions of a flow with one command per set", () => {
    expect(
      changeScript("t", { ...NOTHING, flows: [{ before: undefined, after: FLOW }] }).split("\n"),
    ).toEqual([
      "add element netdev t leg4 { 198.51.100.2 . 51820 . 192.0.2.10 . 40001 timeout 180s : 0x52000008, 203.0.113.2 . 51821 . 192.0.2.10 . 40001 timeout 180s : 0x52000009 }",
      "add element netdev t port4 { 192.0.2.10 . 40001 }",
      "add element netdev t src4 { 0x52000008 : 192.0.2.10, 0x52000009 : 192.0.2.10 }",
      "add element netdev t dst4 { 0x52000008 : 203.0.113.2, 0x52000009 : 198.51.100.2 }",
      "add element netdev t dport { 0x52000008 : 51821, 0x52000009 : 51820 }",
      "add element netdev t hop4 { 0x52000008 : 192.0.2.1, 0x52000009 : 192.0.2.1 }",
      "add element netdev t out { 0x52000008 : 2, 0x52000009 : 2 }",
      "",
    ]);
  });

  it("moves a leg by replacing only what changed, and revives what may have expired before it removes it", () => {
    const script = changeScript("t", { ...NOTHING, flows: [{ before: FLOW, after: at(FLOW, 999) }] });
    expect(script.split("\n")).toEqual([
      "add element netdev t leg4 { 198.51.100.2 . 51820 . 192.0.2.10 . 40001 timeout 180s : 0x52000008 }",
      "delete element netdev t leg4 { 198.51.100.2 . 51820 . 192.0.2.10 . 40001 }",
      "delete element netdev t dport { 0x52000009 }",
      "add element netdev t leg4 { 198.51.100.2 . 999 . 192.0.2.10 . 40001 timeout 180s : 0x52000008 }",
      "add element netdev t dport { 0x52000009 : 999 }",
      "",
    ]);
  });

  it("says nothing where nothing changes", () => {
    expect(changeScript("t", { ...NOTHING, flows: [{ before: FLOW, after: FLOW }] })).toBe("");
  });

  it("refreshes the legs alone, by adding them again with all their time", () => {
    expect(refreshScript("t", [FLOW], "by-adding")).toBe(
      "add element netdev t leg4 { 198.51.100.2 . 51820 . 192.0.2.10 . 40001 timeout 180s expires 180s : 0x52000008, 203.0.113.2 . 51821 . 192.0.2.10 . 40001 timeout 180s expires 180s : 0x52000009 }\n",
    );
  });

  it("refreshes the legs alone, by replacing them where the kernel keeps old time-outs", () => {
    const commands = refreshScript("t", [FLOW], "by-replacing").split("\n");
    expect(commands.map((line) => line.split(" ").slice(0, 5).join(" "))).toEqual([
      "add element netdev t leg4",
      "delete element netdev t leg4",
      "add element netdev t leg4",
      "",
    ]);
  });

  it("limits both directions by one bucket, and only where there is a rate", () => {
    const meters = (bytesPerSec: number | undefined) => ({
      added: [{ index: 1, family: "ipv6" as const, bytesPerSec }],
      removed: [],
    });
    expect(changeScript("t", { ...NOTHING, meters: meters(1_250_000) })).toBe(
      "add element netdev t acct { 0x5200000a, 0x5200000b }\n" +
        "add element netdev t rate { 0x5200000a limit rate over 1250000 bytes/second burst 65536 bytes }\n",
    );
    expect(changeScript("t", { ...NOTHING, meters: meters(undefined) })).not.toContain("rate");
  });

  it("replaces a table whether it was there or not", () => {
    expect(loadScript("t", NOTHING)).toMatch(
      /^add table netdev t\ndelete table netdev t\ntable netdev t \{\n/,
    );
  });

  it("has one rule for the bandwidth of all flows together, where there is such a limit", () => {
    expect(loadScript("t", NOTHING)).not.toContain("total");
    const script = loadScript("t", NOTHING, 1_250_000);
    expect(script.match(/limit rate over 1250000 bytes\/second burst 65536 bytes goto over/g)).toHaveLength(
      1,
    );
    expect(script.match(/jump total/g)).toHaveLength(2);
  });

  it.each([
    ["an address", { ...FLOW.ends.a, hop: "192.0.2.1 }; flush ruleset" }],
    ["an address of the other family", { ...FLOW.ends.a, local: "2001:db8::1" }],
    ["a port", { ...FLOW.ends.a, remote: { address: "198.51.100.2", port: 65_536 } }],
    ["an interface", { ...FLOW.ends.a, ifIndex: 0.5 }],
  ])("throws instead of rendering what is not %s", (_what, a) => {
    const after = { ...FLOW, ends: { ...FLOW.ends, a } };
    expect(() => changeScript("t", { ...NOTHING, flows: [{ before: undefined, after }] })).toThrow(
      RangeError,
    );
  });

  it("throws for an index beyond its capacity, and for a device that is no name", () => {
    expect(() => counterKey(FLOW_CAPACITY, "ipv4", "a")).toThrow(RangeError);
    const chains = [{ name: "device_0", device: 'x" drop' }];
    expect(() => changeScript("t", { ...NOTHING, chains })).toThrow(RangeError);
  });

  it("names tables of different owners differently", () => {
    const names = ["hw0", "hw_0", "hw-0", "hw_5f0"].map(relayTableName);
    expect(new Set(names).size).toBe(4);
    expect(names.every((name) => /^[A-Za-z0-9_]+$/.test(name))).toBe(true);
    expect(() => relayTableName("a b")).toThrow(RangeError);
  });
});

describe("the relay's counters", () => {
  const listed = (elem: readonly unknown[]): string =>
    JSON.stringify({ nftables: [{ metainfo: {} }, { set: { name: "acct", elem } }] });

  it("are read by key", () => {
    const text = listed([{ elem: { val: 1_375_731_720, counter: { packets: 3, bytes: 4284 } } }]);
    expect(parseCounters(text)).toEqual({
      ok: true,
      value: new Map([[counterKey(1, "ipv4", "a"), { packets: 3, bytes: 4284 }]]),
    });
    expect(payloadBytes({ packets: 3, bytes: 4284 }, "ipv4")).toBe(4200);
  });

  it("may be none", () => {
    expect(parseCounters('{"nftables": [{"set": {"name": "acct"}}]}')).toEqual({
      ok: true,
      value: new Map(),
    });
  });

  it.each([
    "",
    "[]",
    '{"nftables": 1}',
    listed([{ elem: { val: "x", counter: { packets: 1, bytes: 1 } } }]),
    listed([7]),
  ])("are refused, not thrown at, where nft printed %j", (text) => {
    expect(parseCounters(text)).toEqual({ ok: false, reason: "not-a-counter-set" });
  });
});

describe("what starts a time-out anew", () => {
  const listed = (expires: number): string =>
    JSON.stringify({
      nftables: [{ set: { name: "tried", elem: [{ elem: { val: 1, timeout: 180, expires } }] } }],
    });

  it.each([
    [listed(179), "by-adding"],
    [listed(0), "by-replacing"],
    ["", "by-replacing"],
    ['{"nftables": [{"set": {"name": "tried"}}]}', "by-replacing"],
  ])("is told from %s: %s", (text, how) => {
    expect(refreshingOf(text)).toBe(how);
  });
});
