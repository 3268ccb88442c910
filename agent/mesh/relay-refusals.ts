import { failure, type Failure } from "../../protocol/frame-body.ts";
import { REPLACED } from "../relay/client/relay-manager.ts";

/** For who asked: what it means and what helps. Everything else is a fault of the asking program. */
const ADVICE: Readonly<Record<string, string>> = {
  "unknown-allocation": "this relay has no such allocation: ask for one",
  "not-allowed":
    "this volunteer relays for others only: ask its operator to add one end of the pair to relay.allow",
  "tier-not-allowed":
    "a member's own token may not name this tier here: ask for a lower one, or the volunteer's operator for a token",
  "rate-limited": "this member has asked this volunteer too often: try again in a minute",
  "off-schedule":
    "this volunteer relays at other hours: use another one, or ask its operator about relay.schedule",
  "monthly-quota":
    "this volunteer has relayed all that it gives in a month: use another one, or wait for the next month (UTC)",
  "quota-used":
    "the pair has used its quota here: use another volunteer, wait for the next period, or ask its operator for more",
  "relay-full": "this volunteer has as many allocations as it takes: use another one",
  "member-full":
    "this member has as many allocations here as one may have: release some, or use another volunteer",
  "ports-exhausted":
    "this volunteer has no port left: use another one, or ask its operator to widen relay.ports",
  "port-failed": "this volunteer cannot open a port now: use another one",
  "peer-absent": "the other end is not connected to this volunteer: use one that both ends reach",
  "relay-stopped": "this volunteer is going away: use another one",
  draining: "this volunteer is going away: use another one",
  "address-blocked":
    "this volunteer refuses the address of one end of the pair: use another one, or ask its operator about relay.guard.block",
  "address-not-allowed":
    "this volunteer serves some addresses only: use another one, or ask its operator about relay.guard.allow",
  "not-a-member": "an end of the pair, or who signed the token, is no member (any more)",
  "not-an-admin": "only admins have invites that may be relayed",
  "wrong-keys": "the token names other WireGuard keys than the members' certificates: mint a new one",
  "token-expired": "the token has expired: mint a new one",
  expired: "the token has expired: mint a new one, and check this host's clock",
  "wrong-epoch":
    "the token is of before the last revocations in this network: mint a new one, or ask its issuer for one",
  "not-yet-valid": "the token is from the future: check this host's clock",
};

/** Asking again does not help; an operator may. Others are a matter of moments, or of the asking program. */
const LASTING: ReadonlySet<string> = new Set([
  "not-allowed",
  "off-schedule",
  "monthly-quota",
  "quota-used",
  "relay-full",
  "member-full",
  "ports-exhausted",
  "port-failed",
  "address-blocked",
  "address-not-allowed",
]);

/** The token is no good; another one may be. */
const TOKEN_FAULTS: ReadonlySet<string> = new Set([
  "too-long",
  "malformed",
  "wrong-audience",
  "wrong-network",
  "wrong-allocation",
  "wrong-epoch",
  "expired",
  "token-expired",
  "not-yet-valid",
  "bad-signature",
  "not-in-pair",
  "not-a-member",
  "wrong-keys",
  "tier-not-allowed",
]);

/** Ends of an allocation that say nothing against its relay. */
const ORDERLY_ENDS: ReadonlySet<string> = new Set([
  "released",
  "relay-stopped",
  "operator",
  "revoked",
  "keys-changed",
  "off-schedule",
  REPLACED,
]);

export function isOrderlyEnd(reason: string): boolean {
  return ORDERLY_ENDS.has(reason);
}

export function isLasting(reason: string): boolean {
  return LASTING.has(reason);
}

/** `code` as it travels. */
export function isTokenFault(code: string): boolean {
  return TOKEN_FAULTS.has(code.slice(SERVICE.length)) && code.startsWith(SERVICE);
}

/** In the words of `relayRefusal`. */
export function relayAdvice(reason: string): string {
  return ADVICE[reason] ?? "the relay refused the request as it was made";
}

const SERVICE = "relay.";

/** Reasons travel as failure codes with the service before them. */
export function relayRefusal(reason: string): Failure {
  const code = reason === "unknown-allocation" ? "no-allocation" : reason;
  return failure(`${SERVICE}${code}`, relayAdvice(reason));
}
