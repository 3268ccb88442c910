import type { KeyObject } from "node:crypto";
import { ANNOUNCEMENT_LIFETIME_MS } from "../../agent/registry/authority.ts";
import { address6Of, prefix6Of } from "../../agent/registry/overlay-address.ts";
import type { Applied, RecordStore } from "../../agent/registry/store.ts";
import { memberIdOf, networkIdOf, type MemberId } from "../../protocol/ids.ts";
import { keyText, privateKeyOf, rawPublicKey } from "../../protocol/keys.ts";
import {
  signRecord,
  type MemberCertificate,
  type MemberEndpoints,
  type NetworkInfo,
  type RecordContent,
  type RelayAnnouncement,
  type SignedRecord,
} from "../../protocol/record.ts";
import { wallMs, type WallMs } from "../../protocol/time.ts";

export const NOW = wallMs(Date.UTC(2026, 0, 1));
export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type TestHost = { readonly id: MemberId; readonly sign: KeyObject; readonly identityKey: Uint8Array };

/** The same keys each time for the same number. */
export function testHost(number: number): TestHost {
  const sign = privateKeyOf("ed25519", new Uint8Array(32).fill(number));
  const identityKey = rawPublicKey(sign);
  return { id: memberIdOf(identityKey), sign, identityKey };
}

export const ROOT = testHost(255);
export const NETWORK_KEY = ROOT.identityKey;
export const NETWORK = networkIdOf(NETWORK_KEY);
export const FOUNDER = testHost(1);

export type Head = {
  readonly sequence?: number;
  readonly issuedAt?: number;
  readonly expiresAt?: WallMs | undefined;
};

/** Sequence and issue time are now unless `head` says otherwise; for ever unless it names an end. */
export function signed<Content extends RecordContent>(
  content: Content,
  author: TestHost,
  { sequence = NOW, issuedAt = NOW, expiresAt }: Head = {},
): SignedRecord<Content> {
  return signRecord(
    content,
    { network: NETWORK, sequence, issuedAt: wallMs(issuedAt), expiresAt },
    author.sign,
  );
}

export function networkRecord(
  change: Partial<NetworkInfo> = {},
  author = ROOT,
  head: Head = {},
): SignedRecord<NetworkInfo> {
  const prefix4 = { address: "100.64.0.0", length: 16 };
  const content = { kind: "network", name: "home", prefix4, prefix6: prefix6Of(NETWORK), ...change } as const;
  return signed(content, author, head);
}

/** Host `number` is called `m<number>` and has 100.64.0.<number>. */
export function certificateOf(
  number: number,
  author: TestHost,
  change: Partial<MemberCertificate> = {},
  head: Head = {},
): SignedRecord<MemberCertificate> {
  const { identityKey, id } = testHost(number);
  const isAdmin = change.roles?.includes("admin") === true;
  return signed(
    {
      kind: "member",
      name: `m${number}`,
      identityKey,
      wireguardKey: keyText(new Uint8Array(32).fill(number)),
      exchangeKey: new Uint8Array(32).fill(number),
      address4: `100.64.0.${number}`,
      address6: address6Of(NETWORK, id),
      roles: ["member"],
      ...change,
    },
    author,
    { expiresAt: isAdmin ? undefined : wallMs(NOW + 365 * DAY_MS), ...head },
  );
}

export function adminCertificateOf(number: number): SignedRecord<MemberCertificate> {
  return certificateOf(number, ROOT, { roles: ["member", "admin"] });
}

export const ENDPOINTS: MemberEndpoints = { kind: "endpoints", homeRelays: [], publicEndpoints: [] };
export const RELAY: RelayAnnouncement = {
  kind: "relay",
  endpoints: [{ carrier: "udp", endpoint: { address: "192.0.2.1", port: 51820 } }],
  capacity: 16,
  load: 0.5,
  region: "eu",
  bandwidthBps: 5_000_000_000,
  version: "0.1.0",
  draining: false,
  allow: ["*"],
  schedule: "* * * * *",
  quotaBytes: 1_000_000_000,
  forwarder: "kernel",
  closed: false,
};

export function announced<Content extends RelayAnnouncement | MemberEndpoints>(
  content: Content,
  author: TestHost,
  { sequence = NOW, issuedAt = NOW }: Head = {},
): SignedRecord<Content> {
  const expiresAt = wallMs(issuedAt + ANNOUNCEMENT_LIFETIME_MS);
  return signed(content, author, { sequence, issuedAt, expiresAt });
}

export function revocationOf(number: number, author: TestHost, head: Head = {}): SignedRecord {
  return signed({ kind: "revocation", member: testHost(number).id }, author, head);
}

/** "accepted" and the like, with the reason where there is one. */
export function applyAll(store: RecordStore, records: readonly SignedRecord[], now = NOW): readonly string[] {
  return records.map(({ bytes }) => outcomeOf(store.apply(bytes, now)));
}

export function outcomeOf(applied: Applied): string {
  return "reason" in applied ? `${applied.outcome}: ${applied.reason}` : applied.outcome;
}
