import { keysOf } from "../../agent/identity/identity.ts";
import { createInvite, type NewInvite } from "../../agent/identity/invites.ts";
import { acceptRedeemed, beginJoin, redeemRequest } from "../../agent/identity/join.ts";
import { createNetwork } from "../../agent/identity/membership.ts";
import { redeem, type RedeemContext, type Redemption } from "../../agent/identity/redemption.ts";
import { freshState, type IdentityState } from "../../agent/identity/state.ts";
import { introductions } from "../../agent/registry/introductions.ts";
import { RecordStore } from "../../agent/registry/store.ts";
import { encodeInvite, type Invite, type InviteWay, type RedeemRequest } from "../../protocol/invite.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import { wallMs } from "../../protocol/time.ts";
import { seededRandom } from "../support/seeded-random.ts";

export const NOW = wallMs(Date.UTC(2026, 0, 1));
export const HOUR_MS = 3_600_000;
export const random = seededRandom(1);

const WAY: InviteWay = { endpoint: { address: "192.0.2.1", port: 51820 }, relayed: false };

/** A state and the store beside it. */
export type Host = { state: IdentityState; readonly store: RecordStore };

export function founder(prefixLength = 16): Host {
  const prefix4 = { address: "100.64.0.0", length: prefixLength };
  const wanted = { networkName: "home", memberName: "founder", prefix4 };
  const { state, records } = createNetwork(freshState(random), wanted, NOW, random);
  const store = new RecordStore(Buffer.from(state.membership?.networkKey ?? "", "base64"));
  publish(store, records);
  return { state, store };
}

/** Throws for a record that the store does not take. */
export function publish(store: RecordStore, records: readonly Pick<SignedRecord, "bytes">[]): void {
  for (const { bytes } of records) {
    const applied = store.apply(bytes, NOW);
    if ("reason" in applied) throw new Error(applied.reason);
  }
}

export function wantedInvite(memberName: string, change: Partial<NewInvite> = {}): NewInvite {
  return { memberName, expiresInMs: HOUR_MS, controlPort: 51821, ...change };
}

/** Keeps the invite in the issuer's state. */
export function invite(issuer: Host, memberName: string, change: Partial<NewInvite> = {}): string {
  const made = createInvite(issuer.state, issuer.store.roster, wantedInvite(memberName, change), NOW, random);
  issuer.state = made.state;
  return encodeInvite({ ...made.draft, ways: [WAY] });
}

export type Joiner = { state: IdentityState; readonly invite: Invite; readonly request: RedeemRequest };

export function joiner(token: string, state = freshState(random)): Joiner {
  const begun = beginJoin(state, token);
  return { ...begun, request: redeemRequest(begun.state, begun.invite) };
}

export function contextOf(issuer: Host, { invite: { temporaryAddress4 } }: Joiner): RedeemContext {
  const { roster } = issuer.store;
  return { roster, sourceAddress4: temporaryAddress4, introductions: introductions(roster) };
}

/** Keeps the issuer's new state and publishes the certificate. */
export function redeemAt(issuer: Host, host: Joiner, now = NOW): Redemption {
  const redemption = redeem(issuer.state, host.request, contextOf(issuer, host), now);
  issuer.state = redemption.state;
  if (redemption.ok) publish(issuer.store, [{ bytes: redemption.answer.member }]);
  return redemption;
}

/** The whole way; throws where any step refuses. */
export function join(issuer: Host, memberName: string, change: Partial<NewInvite> = {}): Host {
  const host = joiner(invite(issuer, memberName, change));
  const redemption = redeemAt(issuer, host);
  if (!redemption.ok) throw new Error(redemption.code);
  const accepted = acceptRedeemed(host.state, host.invite, redemption.answer, NOW);
  if (!accepted.ok) throw new Error(accepted.reason);
  const store = new RecordStore(host.invite.networkKey);
  publish(store, accepted.value.records);
  publish(store, issuer.store.records());
  return { state: accepted.value.state, store };
}

export function idOf({ state }: { readonly state: IdentityState }): ReturnType<typeof keysOf>["id"] {
  return keysOf(state).id;
}
