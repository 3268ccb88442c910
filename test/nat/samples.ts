import type { Candidate } from "../../agent/nat/candidate.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";

export const PEER = "b".repeat(32) as MemberId;
export const OTHER_PEER = "c".repeat(32) as MemberId;
export const RELAY = "d".repeat(32) as MemberId;

export const at = (ms: number): MonotonicMs => monotonicMs(ms);

export function endpoint(host: number, port = 51_820): Endpoint {
  return { address: `203.0.113.${host}`, port };
}

export function host(number: number): Candidate {
  return { kind: "host", endpoint: endpoint(number) };
}

export function reflexive(number: number): Candidate {
  return { kind: "server-reflexive", endpoint: endpoint(number) };
}
