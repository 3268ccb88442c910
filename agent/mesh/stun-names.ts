import { createHmac } from "node:crypto";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import type { StunCredential } from "../nat/stun-agent.ts";

/**
 * USERNAMEs (RFC 8489, section 14.3) say whose key protects a Binding request. Half an id is enough to find the key,
 * which then decides.
 */
const SHORT = 16;

const PROBE = "probe:";

/** Asked of a volunteer: "what is my address?" Shows knowledge of the network's secret. */
export function serverCredential(epoch: number, secret: Uint8Array): StunCredential {
  const key = new Uint8Array(createHmac("sha256", secret).update("hopwire stun v1\0").digest());
  return { username: `hopwire:${epoch}`, key };
}

export function epochOf(username: string): number | undefined {
  const match = /^hopwire:([0-9]{1,9})$/.exec(username);
  return match === null ? undefined : Number(match[1]);
}

/** A connectivity check or consent probe, as RFC 8445, section 7.2.2 has it: receiver first. */
export function checkCredential(to: MemberId, from: MemberId, pairKey: Uint8Array): StunCredential {
  return { username: `${to.slice(0, SHORT)}:${from.slice(0, SHORT)}`, key: pairKey };
}

/** The start of the sender's id, where the check is meant for `self`. */
export function checkSender(username: string, self: MemberId): string | undefined {
  const [to, from] = username.split(":");
  return to === self.slice(0, SHORT) && from?.length === SHORT ? from : undefined;
}

/** Asked of a member that wants to know whether it can be reached. No check: the path to the sender has nothing to do with it. */
export function probeCredential(to: MemberId, from: MemberId, pairKey: Uint8Array): StunCredential {
  const { username, key } = checkCredential(to, from, pairKey);
  return { username: `${PROBE}${username}`, key };
}

/** The start of the sender's id, where the probe is meant for `self`. */
export function probeSender(username: string, self: MemberId): string | undefined {
  return username.startsWith(PROBE) ? checkSender(username.slice(PROBE.length), self) : undefined;
}

export function legCredential(allocation: AllocationId, leg: "a" | "b", legKey: Uint8Array): StunCredential {
  return { username: `${allocation.slice(0, SHORT)}:${leg}`, key: legKey };
}

export function shortId(id: MemberId): string {
  return id.slice(0, SHORT);
}
