import { formatEndpoint, type Endpoint } from "./endpoint.ts";
import {
  allocationField,
  bytesField,
  endpointField,
  memberField,
  integerField,
  inviteField,
  listField,
  refuse,
  remoteAddressField,
  textField,
} from "./frame-field.ts";
import type { hopwire } from "./generated/hopwire.js";
import { idBytes, type AllocationId, type InviteId, type MemberId, type NetworkId } from "./ids.ts";
import { KEY_BYTES, SIGNATURE_BYTES } from "./keys.ts";
import { MAX_SEALED_BYTES } from "./message.ts";
import { MAX_RECORD_BYTES } from "./record.ts";
import { MAX_TOKEN_BYTES } from "./relay-token.ts";

export type Redeem = {
  readonly kind: "redeem";
  readonly inviteId: InviteId;
  readonly identityKey: Uint8Array;
  readonly wireguardKey: Uint8Array;
  readonly exchangeKey: Uint8Array;
  /** By the identity key, over what binds the keys to this invite. */
  readonly signature: Uint8Array;
};
/** Keys that an admin is to certify: the asking member's own, which then last longer, or new ones in their place. */
export type Certify = {
  readonly kind: "certify";
  readonly identityKey: Uint8Array;
  readonly wireguardKey: Uint8Array;
  readonly exchangeKey: Uint8Array;
  /** By that identity key, over `certifyBytes`. */
  readonly signature: Uint8Array;
};
export type Forward = { readonly kind: "forward"; readonly to: MemberId; readonly sealed: Uint8Array };

export type RequestBody =
  | Redeem
  | { readonly kind: "allocate"; readonly token: string }
  /** A newer token prolongs the allocation beyond the last one's end. */
  | { readonly kind: "refresh"; readonly allocation: AllocationId; readonly token?: string }
  | { readonly kind: "release"; readonly allocation: AllocationId }
  | Forward
  | { readonly kind: "secret"; readonly epoch: number }
  /** Can this endpoint of ours be reached by somebody whom our NAT has not seen? */
  | { readonly kind: "probe"; readonly endpoint: Endpoint }
  /** Of a volunteer: at which address does it see this member? */
  | { readonly kind: "observe"; readonly member: MemberId }
  | Certify;

/** Whoever asks has the new identity key, and means these keys for itself in this network. */
export function certifyBytes(
  network: NetworkId,
  member: MemberId,
  { identityKey, wireguardKey, exchangeKey }: Omit<Certify, "kind" | "signature">,
): Uint8Array {
  const parts = [idBytes(network), idBytes(member), identityKey, wireguardKey, exchangeKey];
  return new Uint8Array(Buffer.concat(parts));
}

export type Redeemed = {
  readonly kind: "redeemed";
  /** The new member's certificate; a signed record, as are `records`. */
  readonly member: Uint8Array;
  readonly records: readonly Uint8Array[];
  readonly secretEpoch: number;
  readonly secret: Uint8Array;
};

/** One end's view of an allocation. */
export type AllocationLeg = {
  readonly allocation: AllocationId;
  readonly relay: MemberId;
  /** The other end. */
  readonly peer: MemberId;
  readonly endpoints: readonly Endpoint[];
  readonly lifetimeSec: number;
  /** Keys the STUN binding of this end's leg. */
  readonly legKey: Uint8Array;
  readonly leg: "a" | "b";
};

/** Most of the quota is used: at the limit the allocation ends. */
export type AllocationWarning = {
  readonly allocation: AllocationId;
  readonly usedBytes: number;
  readonly limitBytes: number;
};

export type ResponseBody =
  | Redeemed
  | ({ readonly kind: "allocated" } & AllocationLeg)
  | { readonly kind: "refreshed"; readonly lifetimeSec: number }
  | { readonly kind: "released" }
  | { readonly kind: "forward-accepted" }
  | { readonly kind: "secret"; readonly epoch: number; readonly secret: Uint8Array }
  | { readonly kind: "probed"; readonly reached: boolean }
  | { readonly kind: "observed"; readonly address: string }
  /** A signed record. */
  | { readonly kind: "certified"; readonly member: Uint8Array };

/** Which answer belongs to which request; any may fail instead. */
export const ANSWER_KIND = {
  redeem: "redeemed",
  allocate: "allocated",
  refresh: "refreshed",
  release: "released",
  forward: "forward-accepted",
  secret: "secret",
  probe: "probed",
  observe: "observed",
  certify: "certified",
} as const satisfies Record<RequestBody["kind"], ResponseBody["kind"]>;

export type AnswerTo<Body extends RequestBody> = Extract<
  ResponseBody,
  { readonly kind: (typeof ANSWER_KIND)[Body["kind"]] }
>;

/** `code` is a fixed word, such as "invite.used"; `detail` is for people. */
export type Failure = { readonly kind: "failure"; readonly code: string; readonly detail: string };

export function failure(code: string, detail: string): Failure {
  return { kind: "failure", code, detail };
}

export type DigestEntry = {
  /** As `slotHash` makes it. */
  readonly slot: Uint8Array;
  readonly sequence: number;
};

export type Notification =
  | {
      readonly kind: "digest";
      readonly entries: readonly DigestEntry[];
      /** Numbers of those of which the entries are all there is; of others they are some. */
      readonly buckets: Uint8Array;
    }
  | { readonly kind: "store-root"; readonly hash: Uint8Array }
  /** The hashes of all buckets, one after the other. */
  | { readonly kind: "store-buckets"; readonly hashes: Uint8Array }
  | {
      readonly kind: "subscription";
      readonly wanted: boolean;
      /** The sender pushes to many: the receiver may want its news of another. */
      readonly overloaded: boolean;
    }
  | { readonly kind: "wanted"; readonly slots: readonly Uint8Array[] }
  | { readonly kind: "records"; readonly records: readonly Uint8Array[] }
  | { readonly kind: "forwarded"; readonly from: MemberId; readonly sealed: Uint8Array }
  | ({ readonly kind: "allocation-offer" } & AllocationLeg)
  | { readonly kind: "allocation-ended"; readonly allocation: AllocationId; readonly reason: string }
  | ({ readonly kind: "allocation-warning" } & AllocationWarning)
  /** The volunteer that says it stops within that time: whoever it relays for moves to another one. */
  | { readonly kind: "draining"; readonly withinMs: number };

/** A slot's is the one that the first byte of its hash names. */
export const BUCKETS = 256;
/** Bytes: a difference stays hidden by chance once in 2^64, and then the roots still tell of it. */
export const BUCKET_HASH_BYTES = 8;
/** Bytes of SHA-256. */
const ROOT_BYTES = 32;
/** With 25 bytes an entry and 14 a slot, full lists take 51 and 29 KB of a frame. */
export const MAX_DIGEST_ENTRIES = 2048;
export const MAX_WANTED_SLOTS = 2048;
/** The smallest records are revocations of some 160 bytes: as many as a frame can hold. */
const MAX_RECORDS = 512;
const MAX_ENDPOINTS = 16;
/** A day: whoever vanishes without a word gives a port back within it. */
const MAX_LIFETIME_SEC = 86_400;
/** Bytes, as `slotHash` cuts it. */
const SLOT_BYTES = 12;
const SECRET_BYTES = 32;
const MAX_DETAIL_LENGTH = 256;
const MAX_UINT32 = 2 ** 32 - 1;

const CODE = /^[a-z][a-z0-9.-]{0,63}$/;
/** Printable ASCII: it ends up on terminals and in logs. */
const DETAIL = /^[\x20-\x7e]{0,256}$/;
/** Compact JWS (RFC 7515, section 3.1). */
const TOKEN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

export function requestToWire(body: RequestBody): Partial<hopwire.v1.Request.$Properties> {
  switch (body.kind) {
    case "redeem":
      return { redeem: { ...body, inviteId: idBytes(body.inviteId) } };
    case "allocate":
      return { allocate: { token: body.token } };
    case "refresh":
      return { refresh: { ...body, allocation: idBytes(body.allocation) } };
    case "release":
      return { release: { allocation: idBytes(body.allocation) } };
    case "forward":
      return { forward: { to: idBytes(body.to), sealed: body.sealed } };
    case "secret":
      return { secret: { epoch: body.epoch } };
    case "probe":
      return { probe: { endpoint: formatEndpoint(body.endpoint) } };
    case "observe":
      return { observe: { member: idBytes(body.member) } };
    case "certify":
      return { certify: body };
  }
}

/** Undefined: of a kind that a later version has. */
export function requestFromWire(wire: hopwire.v1.Request.$Properties): RequestBody | undefined {
  if (wire.redeem) {
    return {
      kind: "redeem",
      inviteId: inviteField(wire.redeem.inviteId, "redeem-invite"),
      identityKey: bytesField(wire.redeem.identityKey, "redeem-identity-key", KEY_BYTES),
      wireguardKey: bytesField(wire.redeem.wireguardKey, "redeem-wireguard-key", KEY_BYTES),
      exchangeKey: bytesField(wire.redeem.exchangeKey, "redeem-exchange-key", KEY_BYTES),
      signature: bytesField(wire.redeem.signature, "redeem-signature", SIGNATURE_BYTES),
    };
  }
  if (wire.allocate) {
    return { kind: "allocate", token: tokenField(wire.allocate.token, "allocate-token") };
  }
  if (wire.refresh) {
    const allocation = allocationField(wire.refresh.allocation, "refresh-allocation");
    if (!wire.refresh.token) return { kind: "refresh", allocation };
    return { kind: "refresh", allocation, token: tokenField(wire.refresh.token, "refresh-token") };
  }
  if (wire.release) {
    return { kind: "release", allocation: allocationField(wire.release.allocation, "release-allocation") };
  }
  if (wire.forward) {
    const to = memberField(wire.forward.to, "forward-to");
    return { kind: "forward", to, sealed: sealedField(wire.forward.sealed, "forward-sealed") };
  }
  if (wire.secret) {
    return { kind: "secret", epoch: integerField(wire.secret.epoch, "secret-epoch", 0, MAX_UINT32) };
  }
  if (wire.probe) return { kind: "probe", endpoint: endpointField(wire.probe.endpoint, "probe-endpoint") };
  if (wire.observe) return { kind: "observe", member: memberField(wire.observe.member, "observe-member") };
  if (wire.certify) {
    return {
      kind: "certify",
      identityKey: bytesField(wire.certify.identityKey, "certify-identity-key", KEY_BYTES),
      wireguardKey: bytesField(wire.certify.wireguardKey, "certify-wireguard-key", KEY_BYTES),
      exchangeKey: bytesField(wire.certify.exchangeKey, "certify-exchange-key", KEY_BYTES),
      signature: bytesField(wire.certify.signature, "certify-signature", SIGNATURE_BYTES),
    };
  }
  return undefined;
}

export function responseToWire(result: ResponseBody | Failure): Partial<hopwire.v1.Response.$Properties> {
  switch (result.kind) {
    case "redeemed":
      return { redeemed: { ...result, records: [...result.records] } };
    case "allocated":
      return { allocated: legToWire(result) };
    case "refreshed":
      return { refreshed: { lifetimeSec: result.lifetimeSec } };
    case "released":
      return { released: {} };
    case "forward-accepted":
      return { forwardAccepted: {} };
    case "secret":
      return { secret: { epoch: result.epoch, secret: result.secret } };
    case "probed":
      return { probed: { reached: result.reached } };
    case "observed":
      return { observed: { address: result.address } };
    case "certified":
      return { certified: { member: result.member } };
    case "failure": {
      const detail = result.detail.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_DETAIL_LENGTH);
      return { failure: { code: result.code, detail } };
    }
  }
}

export function responseFromWire(wire: hopwire.v1.Response.$Properties): ResponseBody | Failure {
  if (wire.failure) {
    const code = textField(wire.failure.code, "failure-code", CODE);
    return { kind: "failure", code, detail: textField(wire.failure.detail, "failure-detail", DETAIL) };
  }
  if (wire.redeemed) {
    return {
      kind: "redeemed",
      member: recordField(wire.redeemed.member, "redeemed-member"),
      records: recordList(wire.redeemed.records, "redeemed-records"),
      secretEpoch: integerField(wire.redeemed.secretEpoch, "redeemed-epoch", 0, MAX_UINT32),
      secret: bytesField(wire.redeemed.secret, "redeemed-secret", SECRET_BYTES),
    };
  }
  if (wire.allocated) return { kind: "allocated", ...legFromWire(wire.allocated) };
  if (wire.refreshed) return { kind: "refreshed", lifetimeSec: lifetimeField(wire.refreshed.lifetimeSec) };
  if (wire.released) return { kind: "released" };
  if (wire.forwardAccepted) return { kind: "forward-accepted" };
  if (wire.secret) {
    const epoch = integerField(wire.secret.epoch, "secret-epoch", 0, MAX_UINT32);
    return { kind: "secret", epoch, secret: bytesField(wire.secret.secret, "secret-secret", SECRET_BYTES) };
  }
  if (wire.probed) return { kind: "probed", reached: wire.probed.reached ?? false };
  if (wire.observed) {
    return { kind: "observed", address: remoteAddressField(wire.observed.address, "observed-address") };
  }
  if (wire.certified)
    return { kind: "certified", member: recordField(wire.certified.member, "certified-member") };
  // Somebody waits for this answer: better told now than by the deadline.
  return {
    kind: "failure",
    code: "response.unknown",
    detail: "an answer of a kind that only later versions know",
  };
}

export function notificationToWire(body: Notification): hopwire.v1.Notification.$Properties {
  switch (body.kind) {
    case "digest":
      return { digest: { entries: [...body.entries], buckets: body.buckets } };
    case "store-root":
      return { storeRoot: { hash: body.hash } };
    case "store-buckets":
      return { storeBuckets: { hashes: body.hashes } };
    case "subscription":
      return { subscription: { wanted: body.wanted, overloaded: body.overloaded } };
    case "wanted":
      return { wanted: { slots: [...body.slots] } };
    case "records":
      return { records: { records: [...body.records] } };
    case "forwarded":
      return { forwarded: { from: idBytes(body.from), sealed: body.sealed } };
    case "allocation-offer":
      return { allocationOffer: legToWire(body) };
    case "allocation-ended":
      return { allocationEnded: { allocation: idBytes(body.allocation), reason: body.reason } };
    case "allocation-warning":
      return { allocationWarning: { ...body, allocation: idBytes(body.allocation) } };
    case "draining":
      return { draining: { withinMs: body.withinMs } };
  }
}

/** Undefined: of a kind that a later version has. */
export function notificationFromWire(wire: hopwire.v1.Notification.$Properties): Notification | undefined {
  if (wire.digest) {
    const entries = listField(wire.digest.entries, "digest-entries", 0, MAX_DIGEST_ENTRIES).map((entry) => ({
      slot: bytesField(entry.slot, "digest-slot", SLOT_BYTES),
      sequence: integerField(entry.sequence, "digest-sequence", 0, Number.MAX_SAFE_INTEGER),
    }));
    const buckets = bytesField(wire.digest.buckets, "digest-buckets", 0, BUCKETS);
    return { kind: "digest", entries, buckets };
  }
  if (wire.storeRoot)
    return { kind: "store-root", hash: bytesField(wire.storeRoot.hash, "root-hash", ROOT_BYTES) };
  if (wire.storeBuckets) {
    const hashes = bytesField(wire.storeBuckets.hashes, "bucket-hashes", BUCKETS * BUCKET_HASH_BYTES);
    return { kind: "store-buckets", hashes };
  }
  if (wire.subscription) {
    const { wanted, overloaded } = wire.subscription;
    return { kind: "subscription", wanted: wanted ?? false, overloaded: overloaded ?? false };
  }
  if (wire.wanted) {
    const slots = listField(wire.wanted.slots, "wanted-slots", 0, MAX_WANTED_SLOTS);
    return { kind: "wanted", slots: slots.map((slot) => bytesField(slot, "wanted-slot", SLOT_BYTES)) };
  }
  if (wire.records) return { kind: "records", records: recordList(wire.records.records, "records") };
  if (wire.forwarded) {
    const from = memberField(wire.forwarded.from, "forwarded-from");
    return { kind: "forwarded", from, sealed: sealedField(wire.forwarded.sealed, "forwarded-sealed") };
  }
  if (wire.allocationOffer) return { kind: "allocation-offer", ...legFromWire(wire.allocationOffer) };
  if (wire.allocationEnded) {
    const allocation = allocationField(wire.allocationEnded.allocation, "ended-allocation");
    const reason = textField(wire.allocationEnded.reason, "ended-reason", CODE);
    return { kind: "allocation-ended", allocation, reason };
  }
  if (wire.allocationWarning) {
    const { allocation, usedBytes, limitBytes } = wire.allocationWarning;
    return {
      kind: "allocation-warning",
      allocation: allocationField(allocation, "warning-allocation"),
      usedBytes: integerField(usedBytes, "warning-used", 0, Number.MAX_SAFE_INTEGER),
      limitBytes: integerField(limitBytes, "warning-limit", 1, Number.MAX_SAFE_INTEGER),
    };
  }
  if (wire.draining)
    return { kind: "draining", withinMs: integerField(wire.draining.withinMs, "draining", 0, MAX_UINT32) };
  return undefined;
}

function legToWire(leg: AllocationLeg): hopwire.v1.Allocated.$Properties {
  return {
    allocation: idBytes(leg.allocation),
    relay: idBytes(leg.relay),
    peer: idBytes(leg.peer),
    endpoints: leg.endpoints.map(formatEndpoint),
    lifetimeSec: leg.lifetimeSec,
    legKey: leg.legKey,
    legB: leg.leg === "b",
  };
}

function legFromWire(wire: hopwire.v1.Allocated.$Properties): AllocationLeg {
  const endpoints = listField(wire.endpoints, "leg-endpoints", 1, MAX_ENDPOINTS);
  return {
    allocation: allocationField(wire.allocation, "leg-allocation"),
    relay: memberField(wire.relay, "leg-relay"),
    peer: memberField(wire.peer, "leg-peer"),
    endpoints: endpoints.map((endpoint) => endpointField(endpoint, "leg-endpoint")),
    lifetimeSec: lifetimeField(wire.lifetimeSec),
    legKey: bytesField(wire.legKey, "leg-key", KEY_BYTES),
    leg: wire.legB === true ? "b" : "a",
  };
}

function tokenField(value: string | null | undefined, name: string): string {
  const token = textField(value, name, TOKEN);
  return token.length > MAX_TOKEN_BYTES ? refuse(name) : token;
}

function lifetimeField(value: number | null | undefined): number {
  return integerField(value, "lifetime", 1, MAX_LIFETIME_SEC);
}

function sealedField(value: Uint8Array | null | undefined, name: string): Uint8Array {
  return bytesField(value, name, 1, MAX_SEALED_BYTES);
}

function recordField(value: Uint8Array | null | undefined, name: string): Uint8Array {
  return bytesField(value, name, 1, MAX_RECORD_BYTES);
}

function recordList(value: readonly Uint8Array[] | null | undefined, name: string): readonly Uint8Array[] {
  return listField(value, name, 0, MAX_RECORDS).map((record) => recordField(record, name));
}
