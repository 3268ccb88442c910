import {
  ignored,
  isUsableExternal,
  LEASE_SEC,
  refusal,
  UNMAP_RETRANSMIT_MS,
  UNMAP_TIMEOUT_MS,
  type Ask,
  type Dialect,
  type News,
  type Target,
  type View,
} from "./dialect.ts";
import type { Answer } from "./message.ts";
import { decodeNatPmp } from "./nat-pmp.ts";
import { decodePcp, encodePcpAnnounce, encodePcpMap, type PcpAnswer } from "./pcp.ts";

/** RFC 6887, section 8.1.1: 3 s, then twice as long each time, a tenth more or less. */
const RETRANSMIT_MS = [3_000, 9_000];
/** The next transmission would be at 21 s: by then another protocol does better. */
const TIMEOUT_MS = 12_000;
/** A gateway on the LAN answers within milliseconds; one of the two datagrams may be lost. */
const PROBE_TIMEOUT_MS = 4_000;

/** RFC 6887. Remembers nothing: an answer carries all of its question. */
export const pcpDialect: Dialect<undefined> = {
  blank: undefined,
  begin: (view) => ({ memory: undefined, ask: askFor(view) }),
  read(view, memory, answer) {
    if (answer.kind === "unreachable") return { tag: "read", memory, then: refusal("nobody-listens") };
    if (answer.kind !== "datagram") return ignored;
    if (isOldGateways(answer)) return { tag: "read", memory, then: refusal("unsupported-version") };
    const decoded = decodePcp(answer.bytes);
    if (!decoded.ok) return ignored;
    const news = newsOf(view, decoded.value);
    return news === undefined
      ? ignored
      : { tag: "read", memory, epochSec: decoded.value.epochSec, then: { news } };
  },
};

function askFor({ purpose, target, external }: View): Ask {
  const { own, nonce, port, jitter } = target;
  const retransmitMs = RETRANSMIT_MS.map((ms) => ms * (1 + jitter));
  const announce = { kind: "datagram", bytes: encodePcpAnnounce(own) } as const;
  switch (purpose) {
    case "probe":
    case "look":
      return { message: announce, retransmitMs: retransmitMs.slice(0, 1), timeoutMs: PROBE_TIMEOUT_MS };
    case "map": {
      const suggested = external ?? { port, address: undefined };
      const bytes = encodePcpMap({ own, nonce, internalPort: port, lifetimeSec: LEASE_SEC, suggested });
      return { message: { kind: "datagram", bytes }, retransmitMs, timeoutMs: TIMEOUT_MS };
    }
    case "unmap": {
      const bytes = encodePcpMap({ own, nonce, internalPort: port, lifetimeSec: 0, suggested: undefined });
      const message = { kind: "datagram", bytes } as const;
      return { message, retransmitMs: UNMAP_RETRANSMIT_MS, timeoutMs: UNMAP_TIMEOUT_MS };
    }
  }
}

/** RFC 6886, section 3.5: NAT-PMP's answer to a version that it does not know, the same for all of them. */
function isOldGateways(answer: Extract<Answer, { kind: "datagram" }>): boolean {
  const old = decodeNatPmp(answer.bytes);
  return old.ok && old.value.kind === "failure" && old.value.result === "unsupported-version";
}

function newsOf({ purpose, target }: View, answer: PcpAnswer): News | undefined {
  const { opcode, map, result, lifetimeSec } = answer;
  // In version 2 it is said to a request of another version: to NAT-PMP's, which is asked at the same time.
  if (result === "unsupported-version") return undefined;
  const isAnnounce = purpose === "probe" || purpose === "look";
  if (isAnnounce !== (opcode === "announce")) return undefined;
  if (map !== undefined && !isOurs(map, target)) return undefined;
  if (result !== "success") return { tag: "refused", reason: result, retryAfterSec: lifetimeSec };
  switch (purpose) {
    case "probe":
      return { tag: "present" };
    case "look":
      return { tag: "kept" };
    case "unmap":
      // What is still answered to the mapping before has a lifetime.
      return lifetimeSec === 0 ? { tag: "unmapped" } : undefined;
    case "map":
      if (map === undefined || lifetimeSec === 0) return undefined;
      return isUsableExternal(map.external)
        ? { tag: "mapped", external: map.external, lifetimeSec }
        : { tag: "refused", reason: "no-external-address" };
  }
}

function isOurs({ nonce, internalPort }: NonNullable<PcpAnswer["map"]>, target: Target): boolean {
  return internalPort === target.port && Buffer.from(nonce).equals(target.nonce);
}
