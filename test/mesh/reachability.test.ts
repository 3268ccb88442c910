import { describe, expect, it } from "vitest";
import {
  canReach,
  inviteWays,
  orderEndpoints,
  publicEndpoints,
  relayEndpoints,
  waysFrom,
} from "../../agent/mesh/reachability.ts";
import type { InviteWay } from "../../protocol/invite.ts";
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
  const way = (number: number, relayed = false): InviteWay => ({ endpoint: endpoint(number), relayed });
  const many = Array.from({ length: 20 }, (_, number) => endpoint(100 + number));

  it("are open endpoints first, then relays, then candidates, each once", () => {
    const candidates = [endpoint(5), endpoint(1), endpoint(5)];
    expect(inviteWays([endpoint(1)], [endpoint(7)], candidates)).toEqual([way(1), way(7, true), way(5)]);
  });

  it("are no more than a joiner can try before it gives up, and relays are always among them", () => {
    expect(inviteWays([], [], many)).toHaveLength(8);
    const ways = inviteWays(many, [endpoint(7), endpoint(8)], many);
    expect(ways).toHaveLength(8);
    expect(ways.slice(6)).toEqual([way(7, true), way(8, true)]);
  });

  it("are none that no host could use from elsewhere", () => {
    const local = ["127.0.0.1", "169.254.1.1"].map((address) => ({ address, port: 1 }));
    expect(inviteWays(local, [], [...local, endpoint(1)])).toEqual([way(1)]);
  });

  it("are tried where the joiner has an address of their family, and all of them where it has none", () => {
    const ways = [way(1), { endpoint: { address: "2001:db8::1", port: 51820 }, relayed: false }];
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
