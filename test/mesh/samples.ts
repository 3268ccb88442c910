import { MeasureBudget } from "../../agent/path/measure-budget.ts";
import { newEntry, type MeshPeer } from "../../agent/mesh/mesh-peer.ts";
import { buildRoster, type Roster } from "../../agent/registry/roster.ts";
import type { WgInterface, WgPeer } from "../../agent/wireguard/dump.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import { monotonicMs, wallMs } from "../../protocol/time.ts";
import {
  adminCertificateOf,
  certificateOf,
  NETWORK_KEY,
  networkRecord,
  testHost,
} from "../registry/network.ts";

export const SELF = testHost(1).id;

export function endpoint(number: number, port = 51820): Endpoint {
  return { address: `192.0.2.${number}`, port };
}

/** A network whose admin is host 1, with these members and whatever else was signed. */
export function rosterOf(numbers: readonly number[], ...more: readonly SignedRecord[]): Roster {
  const certificates = numbers.filter((n) => n !== 1).map((n) => certificateOf(n, testHost(1)));
  return buildRoster([networkRecord(), adminCertificateOf(1), ...certificates, ...more], NETWORK_KEY);
}

/** A peer with an id of this hexadecimal digit only: tests choose which of two is the smaller one. */
export function peer(digit: string, change: Partial<MeshPeer> = {}): MeshPeer {
  return {
    id: digit.repeat(32) as MemberId,
    name: digit,
    publicKey: `key ${digit}`,
    allowedIps: [`100.64.0.${digit.charCodeAt(0)}/32`],
    outbound: { username: digit, key: new Uint8Array(32) },
    publicEndpoints: [],
    ...change,
  };
}

export function wgPeer(publicKey: string, change: Partial<WgPeer> = {}): WgPeer {
  return {
    publicKey,
    endpoint: undefined,
    allowedIps: [],
    latestHandshakeAt: undefined,
    rxBytes: 0n,
    txBytes: 0n,
    keepaliveSec: undefined,
    ...change,
  };
}

export function wgInterface(...peers: readonly WgPeer[]): WgInterface {
  return {
    publicKey: "own key",
    listenPort: 51820,
    peerByKey: new Map(peers.map((one) => [one.publicKey, one])),
  };
}

export const freshEntry = (): ReturnType<typeof newEntry> =>
  newEntry(
    peer("b"),
    new MeasureBudget({ usedUntil: () => monotonicMs(0), isLate: () => false }),
    monotonicMs(0),
    wallMs(0),
  );
