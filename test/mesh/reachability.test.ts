import { describe, expect, it } from "vitest";
import {
  canReach,
  inviteEndpoints,
  orderEndpoints,
  publicEndpoints,
  relayEndpoints,
  waysFrom,
} from "../../agent/mesh/reachability.ts";
import { endpoint } from "./samples.ts";

const PRIVATE = { configured: [], addresses: ["10.0.0.2"], listenPort: 51820 };
const GLOBAL = { configured: [], addresses: ["10.0.0.2", "192.0.2.1"], listenPort: 51820 };

describe("where others reach this host without traversal", () => {
  it("is what the operator gave, and nothing else then", () => {
    expect(publicEndpoints({ ...GLOBAL, configured: [endpoint(9, 1)] })).toEqual([endpoint(9, 1)]);
  });

  it("is otherwise its global addresses, with WireGuard's port", () => {
    expect(publicEndpoints(GLOBAL)).toEqual([endpoint(1)]);
    expect(publicEndpoints(PRIVATE)).toEqual([]);
  });

  it("is, for a relay without a public address, its own local network", () => {
    expect(relayEndpoints(GLOBAL)).toEqual([endpoint(1)]);
    expect(relayEndpoints(PRIVATE)).toEqual([{ address: "10.0.0.2", port: 51820 }]);
  });
});

describe("an invite's ways to its issuer", () => {
  it("are public endpoints first, then candidates, each once", () => {
    const candidates = [endpoint(5), endpoint(1), endpoint(5)];
    expect(inviteEndpoints(GLOBAL, candidates)).toEqual([endpoint(1), endpoint(5)]);
  });

  it("are no more than a joiner can try before it gives up", () => {
    const candidates = Array.from({ length: 20 }, (_, number) => endpoint(number));
    expect(inviteEndpoints(PRIVATE, candidates)).toHaveLength(8);
  });

  it("are tried where the joiner has an address of their family, and all of them where it has none", () => {
    const ways = [endpoint(1), { address: "2001:db8::1", port: 51820 }];
    expect(waysFrom(["2001:db8::2"], ways)).toEqual(ways.slice(1));
    expect(waysFrom(["10.0.0.2", "2001:db8::2"], ways)).toEqual(ways);
    expect(waysFrom([], ways)).toEqual(ways);
  });
});

describe("a relay's endpoints", () => {
  const V4 = endpoint(1);
  const V6 = { address: "2001:db8::1", port: 51820 };
  const BOTH = ["10.0.0.2", "fd00::2"];

  it("are those of families that this host has", () => {
    expect(orderEndpoints([V6, V4], undefined, ["10.0.0.2"])).toEqual([V4]);
    expect(canReach(["10.0.0.2"], V6.address)).toBe(false);
    expect(canReach([], V4.address)).toBe(false);
  });

  it("begin with the family that reaches the relay now, and with IPv4 where none does", () => {
    expect(orderEndpoints([V4, V6], { address: "2001:db8::9", port: 1 }, BOTH)).toEqual([V6, V4]);
    expect(orderEndpoints([V6, V4], undefined, BOTH)).toEqual([V4, V6]);
  });
});
