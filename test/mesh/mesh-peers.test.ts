import { describe, expect, it } from "vitest";
import { MeshPeers } from "../../agent/mesh/mesh-peers.ts";
import { shortId } from "../../agent/mesh/stun-names.ts";
import { privateKeyOf, rawPublicKey } from "../../protocol/keys.ts";
import {
  adminCertificateOf,
  announced,
  certificateOf,
  ENDPOINTS,
  NETWORK,
  NETWORK_KEY,
  networkRecord,
  RELAY,
  testHost,
} from "../registry/network.ts";
import { buildRoster, type Roster } from "../../agent/registry/roster.ts";
import { endpoint, rosterOf } from "./samples.ts";

const [ann, bob] = [testHost(2), testHost(3)];
const exchangeKeys = [2, 3].map((n) => privateKeyOf("x25519", new Uint8Array(32).fill(n)));
const anywhere = (): boolean => true;

function peersOf(number: 2 | 3): MeshPeers {
  const [annsKey, bobsKey] = exchangeKeys;
  const exchangeKey = number === 2 ? annsKey : bobsKey;
  if (exchangeKey === undefined) throw new Error("no key");
  return new MeshPeers({ network: NETWORK, self: testHost(number).id, exchangeKey });
}

/** Ann and Bob with exchange keys whose private halves are known here, or with what `change` puts in Bob's place. */
function pair(bobsExchangeKey?: Uint8Array): Roster {
  const [annsKey, bobsKey] = exchangeKeys.map(rawPublicKey);
  return buildRoster(
    [
      networkRecord(),
      adminCertificateOf(1),
      certificateOf(2, testHost(1), annsKey === undefined ? {} : { exchangeKey: annsKey }),
      certificateOf(3, testHost(1), { exchangeKey: bobsExchangeKey ?? bobsKey ?? new Uint8Array(32) }),
    ],
    NETWORK_KEY,
  );
}

describe("the peers that the roster makes", () => {
  it("are everybody but ourselves", () => {
    const peers = peersOf(2).of(rosterOf([2, 3]), anywhere);
    expect(peers.map(({ name }) => name).toSorted()).toEqual(["m1", "m3"]);
  });

  // R-1203
  it("may send from exactly the addresses of their certificates", () => {
    const roster = rosterOf([2, 3]);
    const found = peersOf(2)
      .of(roster, anywhere)
      .find(({ id }) => id === bob.id);
    expect(found?.allowedIps).toEqual(["100.64.0.3/32", `${roster.members.get(bob.id)?.address6 ?? ""}/128`]);
  });

  it("are reached where they announce themselves as relays or are public, where that can be reached from here", () => {
    const own = announced({ ...ENDPOINTS, publicEndpoints: [endpoint(7)] }, bob);
    const roster = rosterOf([2, 3], announced(RELAY, bob), own);
    const endpointsFrom = (canReach: (address: string) => boolean): unknown =>
      peersOf(2)
        .of(roster, canReach)
        .find(({ id }) => id === bob.id)?.publicEndpoints;
    expect(endpointsFrom(anywhere)).toEqual([endpoint(1), endpoint(7)]);
    expect(endpointsFrom((address) => address !== endpoint(1).address)).toEqual([endpoint(7)]);
  });
});

describe("the key of a pair's checks", () => {
  it("is the same at both ends, without a message for it", () => {
    const [anns, bobs] = [peersOf(2), peersOf(3)];
    for (const peers of [anns, bobs]) peers.of(pair(), anywhere);
    const key = anns.checkKey(shortId(bob.id));
    expect(key).toEqual({ peer: bob.id, key: bobs.checkKey(shortId(ann.id))?.key });
    expect(key?.key).toHaveLength(32);
  });

  it("is what a peer's checks are sent with", () => {
    const peers = peersOf(2);
    const [found] = peers.of(pair(), anywhere).filter(({ id }) => id === bob.id);
    expect(found?.outbound).toEqual({
      username: `${shortId(bob.id)}:${shortId(ann.id)}`,
      key: peers.checkKey(shortId(bob.id))?.key,
    });
  });

  //
  it("goes with the member", () => {
    const peers = peersOf(2);
    peers.of(pair(), anywhere);
    peers.of(rosterOf([2]), anywhere);
    expect(peers.checkKey(shortId(bob.id))).toBeUndefined();
  });

  it("is never one of low order, which anybody would know: such a member is no peer", () => {
    const peers = peersOf(2).of(pair(new Uint8Array(32)), anywhere);
    expect(peers.map(({ name }) => name)).toEqual(["m1"]);
  });
});
