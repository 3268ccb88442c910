import type { KeyObject } from "node:crypto";
import { addressBytes, addressText, parsePrefix4, type Prefix } from "./address.ts";
import { decoded, refused, type Decoded } from "./decoded.ts";
import { formatEndpoint, isUsableRemote, parseEndpoint, type Endpoint } from "./endpoint.ts";
import { hopwire } from "./generated/hopwire.js";
import { decodeId, idBytes, isMemberName, memberIdOf, type MemberId, type NetworkId } from "./ids.ts";
import { KEY_BYTES, keyBytes, keyText, rawPublicKey, sha256, signBytes, verifyBytes } from "./keys.ts";
import { wallMs, type WallMs } from "./time.ts";

const wire = hopwire.v1;
const VERSION = 1;

/** Large enough for an announcement with every list full; small enough that a thousand are no attack. */
export const MAX_RECORD_BYTES = 2048;
const MAX_LIST = 16;

export type Role = "member" | "admin";

export type NetworkInfo = {
  readonly kind: "network";
  readonly name: string;
  readonly prefix4: Prefix;
  readonly prefix6: Prefix;
};

export type MemberCertificate = {
  readonly kind: "member";
  readonly name: string;
  readonly identityKey: Uint8Array;
  /** Base64, as `wg` writes it. */
  readonly wireguardKey: string;
  readonly exchangeKey: Uint8Array;
  readonly address4: string;
  readonly address6: string;
  readonly roles: readonly Role[];
  /** Whose place it takes, with new keys: it counts once that one is revoked. */
  readonly predecessor?: MemberId | undefined;
  /** From whose id `address6` is derived, where keys have been rotated since; undefined: from its own. */
  readonly origin?: MemberId | undefined;
};

export type Revocation = { readonly kind: "revocation"; readonly member: MemberId };

export type RelayAnnouncement = {
  readonly kind: "relay";
  readonly endpoints: readonly { readonly carrier: string; readonly endpoint: Endpoint }[];
  readonly capacity: number;
  /** 0 idle to 1 full. */
  readonly load: number;
  readonly region: string;
  readonly bandwidthBps: number;
  readonly version: string;
  readonly draining: boolean;
  /** "*", "role:admin", names, ids. Empty: not said. */
  readonly allow: readonly string[];
  /** Cron expression in the volunteer's own time; "" is not said. */
  readonly schedule: string;
  /** Of each allocation of the tier free; 0 is "not limited". */
  readonly quotaBytes: number;
  readonly forwarder: RelayForwarder | undefined;
  /** Out of its hours, or the month's bytes are used. */
  readonly closed: boolean;
};

const RELAY_FORWARDERS = ["kernel", "userspace"] as const;
export type RelayForwarder = (typeof RELAY_FORWARDERS)[number];

export const MAX_ALLOW_ENTRIES = MAX_LIST;
/** Of all entries together: an announcement with every other list full stays below `MAX_RECORD_BYTES`. */
export const MAX_ALLOW_BYTES = 512;
export const MAX_SCHEDULE_LENGTH = 100;

export type MemberEndpoints = {
  readonly kind: "endpoints";
  readonly homeRelays: readonly MemberId[];
  readonly publicEndpoints: readonly Endpoint[];
};

export type SecretCommitment = {
  readonly kind: "secret";
  readonly epoch: number;
  readonly commitment: Uint8Array;
};

export type RecordContent =
  NetworkInfo | MemberCertificate | Revocation | RelayAnnouncement | MemberEndpoints | SecretCommitment;

export type RecordKind = RecordContent["kind"];

export type RecordHead = {
  readonly network: NetworkId;
  readonly sequence: number;
  readonly issuedAt: WallMs;
  /** Undefined: never. */
  readonly expiresAt: WallMs | undefined;
};

export type SignedRecord<Content extends RecordContent = RecordContent> = RecordHead & {
  /** The whole envelope as received: what is stored and passed on. */
  readonly bytes: Uint8Array;
  readonly author: Uint8Array;
  readonly content: Content;
};

/**
 * What a record is about, and who says so: a newer one of the same slot replaces it. The author is part of it, so that
 * nobody can replace or outnumber what another has signed; whose word counts is decided where all are seen together.
 * Being an admin is a slot of its own: what an admin signed rests on it, so a later certificate must not remove it.
 */
export function slotOf(record: SignedRecord): string {
  const { content } = record;
  const author = memberIdOf(record.author);
  switch (content.kind) {
    case "network":
    case "secret":
    case "relay":
    case "endpoints":
      return `${content.kind} ${author}`;
    case "member":
      return `${content.roles.includes("admin") ? "admin" : "member"} ${memberIdOf(content.identityKey)} ${author}`;
    case "revocation":
      return `revocation ${content.member} ${author}`;
  }
}

/** Twelve bytes: among 10,000 slots the chance of one collision is below 10^-21. */
export function slotHash(slot: string): Uint8Array {
  return sha256("hopwire slot v1\0", slot).subarray(0, 12);
}

export function secretCommitment(secret: Uint8Array): Uint8Array {
  return sha256("hopwire secret v1\0", secret);
}

export function signRecord<Content extends RecordContent>(
  content: Content,
  head: RecordHead,
  key: KeyObject,
): SignedRecord<Content> {
  const author = rawPublicKey(key);
  const body = wire.RecordBody.encode({
    version: VERSION,
    network: idBytes(head.network),
    author,
    sequence: head.sequence,
    issuedAtMs: head.issuedAt,
    expiresAtMs: head.expiresAt ?? 0,
    ...encodeContent(content),
  }).finish();
  const envelope = wire.SignedRecord.encode({ body, signature: signBytes("record", body, key) }).finish();
  // A copy: the encoder's own bytes lie in a pool that they would keep alive.
  return { ...head, bytes: new Uint8Array(envelope), author, content };
}

/** A record of a sound shape whose signature nobody has checked yet. */
export type UnverifiedRecord = {
  readonly record: SignedRecord;
  readonly signedBody: Uint8Array;
  readonly signature: Uint8Array;
};

/**
 * Shape only, so that whoever can refuse a record for less never pays for its signature. Never throws.
 * The result keeps its own copy of `bytes`: a short record must not hold on to the frame that brought it.
 */
export function decodeRecord(bytes: Uint8Array, network: NetworkId): Decoded<UnverifiedRecord> {
  if (bytes.length > MAX_RECORD_BYTES) return refused("record-too-long");
  const copy = new Uint8Array(bytes);
  let body: hopwire.v1.RecordBody;
  let envelope: hopwire.v1.SignedRecord;
  try {
    envelope = wire.SignedRecord.decode(copy);
    body = wire.RecordBody.decode(envelope.body);
  } catch {
    return refused("record-malformed");
  }
  // The signature covers the body only: whoever passes a record on could otherwise pad or reorder the envelope.
  const canonical = wire.SignedRecord.encode({ body: envelope.body, signature: envelope.signature }).finish();
  if (Buffer.compare(canonical, copy) !== 0) return refused("record-envelope");
  if (body.version !== VERSION) return refused("record-version");
  if (Buffer.compare(body.network, idBytes(network)) !== 0) return refused("record-other-network");
  if (body.author.length !== KEY_BYTES) return refused("record-author");
  const [sequence, issuedAtMs, expiresAtMs] = [body.sequence, body.issuedAtMs, body.expiresAtMs].map(
    wireNumber,
  );
  if (sequence === undefined || issuedAtMs === undefined || expiresAtMs === undefined)
    return refused("record-number");
  const content = decodeContent(body);
  if (!content.ok) return content;
  const record = {
    bytes: copy,
    network,
    author: body.author,
    sequence,
    issuedAt: wallMs(issuedAtMs),
    expiresAt: expiresAtMs === 0 ? undefined : wallMs(expiresAtMs),
    content: content.value,
  };
  return decoded({ record, signedBody: envelope.body, signature: envelope.signature });
}

export function hasValidSignature({ record, signedBody, signature }: UnverifiedRecord): boolean {
  return verifyBytes("record", signedBody, signature, record.author);
}

/** Shape first, the signature last; who may sign what is the registry's question. Never throws. */
export function openRecord(bytes: Uint8Array, network: NetworkId): Decoded<SignedRecord> {
  const unverified = decodeRecord(bytes, network);
  if (!unverified.ok) return unverified;
  return hasValidSignature(unverified.value) ? decoded(unverified.value.record) : refused("record-signature");
}

/**
 * A uint64 of the wire, undefined beyond what a number holds exactly. The generated types say `number`, but where
 * the package `long` is installed (protobufjs brings it) the decoder makes its objects.
 */
export function wireNumber(value: unknown): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function encodeContent(content: RecordContent): Partial<hopwire.v1.RecordBody.$Properties> {
  switch (content.kind) {
    case "network":
      return {
        networkInfo: {
          name: content.name,
          prefix4: addressBytes(content.prefix4.address),
          prefix4Length: content.prefix4.length,
          prefix6: addressBytes(content.prefix6.address),
          prefix6Length: content.prefix6.length,
        },
      };
    case "member":
      return {
        member: {
          name: content.name,
          identityKey: content.identityKey,
          wireguardKey: keyBytes(content.wireguardKey) ?? new Uint8Array(),
          exchangeKey: content.exchangeKey,
          address4: addressBytes(content.address4),
          address6: addressBytes(content.address6),
          roles: content.roles.map((role) =>
            role === "admin" ? wire.Role.ROLE_ADMIN : wire.Role.ROLE_MEMBER,
          ),
          ...(content.predecessor === undefined ? {} : { predecessor: idBytes(content.predecessor) }),
          ...(content.origin === undefined ? {} : { origin: idBytes(content.origin) }),
        },
      };
    case "revocation":
      return { revocation: { member: idBytes(content.member) } };
    case "relay":
      return {
        relay: {
          endpoints: content.endpoints.map((e) => ({
            carrier: e.carrier,
            endpoint: formatEndpoint(e.endpoint),
          })),
          capacity: content.capacity,
          loadPermille: Math.round(content.load * 1000),
          region: content.region,
          bandwidthBps: content.bandwidthBps,
          version: content.version,
          draining: content.draining,
          allow: [...content.allow],
          // What is not said takes no bytes.
          schedule: content.schedule || null,
          quotaBytes: content.quotaBytes || null,
          forwarder: content.forwarder ?? null,
          closed: content.closed || null,
        },
      };
    case "endpoints":
      return {
        endpoints: {
          homeRelays: content.homeRelays.map(idBytes),
          publicEndpoints: content.publicEndpoints.map(formatEndpoint),
        },
      };
    case "secret":
      return { secret: { epoch: content.epoch, commitment: content.commitment } };
  }
}

function decodeContent(body: hopwire.v1.RecordBody): Decoded<RecordContent> {
  if (body.networkInfo) return decodeNetwork(body.networkInfo);
  if (body.member) return decodeMember(body.member);
  if (body.revocation) {
    const member = decodeId<MemberId>(body.revocation.member ?? new Uint8Array());
    return member.ok ? decoded({ kind: "revocation", member: member.value }) : member;
  }
  if (body.relay) return decodeRelay(body.relay);
  if (body.endpoints) return decodeEndpoints(body.endpoints);
  if (body.secret) {
    const { epoch = 0, commitment = new Uint8Array() } = body.secret;
    if (epoch === null || commitment?.length !== KEY_BYTES) return refused("secret-commitment");
    return decoded({ kind: "secret", epoch, commitment });
  }
  return refused("record-kind");
}

function decodeNetwork(info: hopwire.v1.Network.$Properties): Decoded<NetworkInfo> {
  const name = info.name ?? "";
  const address4 = addressText(info.prefix4 ?? new Uint8Array());
  const address6 = addressText(info.prefix6 ?? new Uint8Array());
  const length4 = info.prefix4Length ?? 0;
  const length6 = info.prefix6Length ?? 0;
  if (!isMemberName(name)) return refused("network-name");
  if (address4?.includes(".") !== true) return refused("network-prefix4");
  if (address6?.includes(":") !== true || length6 !== 64) return refused("network-prefix6");
  const prefix4 = parsePrefix4(`${address4}/${length4}`);
  const prefix6 = { address: address6, length: length6 };
  if (prefix4 === undefined) return refused("network-prefix4");
  if (
    addressBytes(address6)
      .subarray(8)
      .some((byte) => byte !== 0)
  )
    return refused("network-prefix6");
  return decoded({ kind: "network", name, prefix4, prefix6 });
}

function decodeMember(member: hopwire.v1.Member.$Properties): Decoded<MemberCertificate> {
  const name = member.name ?? "";
  const { identityKey, wireguardKey, exchangeKey } = member;
  const address4 = addressText(member.address4 ?? new Uint8Array());
  const address6 = addressText(member.address6 ?? new Uint8Array());
  if (!isMemberName(name)) return refused("member-name");
  if (identityKey?.length !== KEY_BYTES) return refused("member-identity-key");
  if (wireguardKey?.length !== KEY_BYTES) return refused("member-wireguard-key");
  if (exchangeKey?.length !== KEY_BYTES) return refused("member-exchange-key");
  if (address4?.includes(".") !== true) return refused("member-address4");
  if (address6?.includes(":") !== true) return refused("member-address6");
  const [predecessor, origin] = [member.predecessor, member.origin].map((bytes) =>
    bytes === undefined || bytes === null || bytes.length === 0 ? undefined : decodeId<MemberId>(bytes),
  );
  if (predecessor?.ok === false || origin?.ok === false) return refused("member-lineage");
  const roles = new Set<Role>(["member"]);
  if (member.roles?.includes(wire.Role.ROLE_ADMIN)) roles.add("admin");
  return decoded({
    kind: "member",
    name,
    identityKey,
    wireguardKey: keyText(wireguardKey),
    exchangeKey,
    address4,
    address6,
    roles: [...roles],
    ...(predecessor === undefined ? {} : { predecessor: predecessor.value }),
    ...(origin === undefined ? {} : { origin: origin.value }),
  });
}

function decodeRelay(relay: hopwire.v1.RelayAnnouncement.$Properties): Decoded<RelayAnnouncement> {
  const list = relay.endpoints ?? [];
  if (list.length > MAX_LIST) return refused("relay-endpoints");
  const endpoints: { carrier: string; endpoint: Endpoint }[] = [];
  for (const { carrier = "", endpoint = "" } of list) {
    const parsed = parseEndpoint(endpoint ?? "");
    if (!parsed.ok || !isUsableRemote(parsed.value.address)) return refused("relay-endpoint");
    if (!/^[a-z]{1,16}$/.test(carrier ?? "")) return refused("relay-carrier");
    endpoints.push({ carrier: carrier ?? "", endpoint: parsed.value });
  }
  const region = relay.region ?? "";
  const version = relay.version ?? "";
  if (!/^[a-z0-9-]{0,32}$/.test(region)) return refused("relay-region");
  if (!/^[0-9A-Za-z.+-]{0,32}$/.test(version)) return refused("relay-version");
  const bandwidthBps = wireNumber(relay.bandwidthBps ?? 0);
  if (bandwidthBps === undefined) return refused("relay-bandwidth");
  const quotaBytes = wireNumber(relay.quotaBytes ?? 0);
  if (quotaBytes === undefined) return refused("relay-quota");
  const allow = relay.allow ?? [];
  if (allow.length > MAX_ALLOW_ENTRIES || !allow.every((entry) => ALLOW_ENTRY.test(entry)))
    return refused("relay-allow");
  const schedule = relay.schedule ?? "";
  if (schedule.length > MAX_SCHEDULE_LENGTH || !/^[0-9A-Za-z*/, -]*$/.test(schedule))
    return refused("relay-schedule");
  return decoded({
    kind: "relay",
    endpoints,
    capacity: relay.capacity ?? 0,
    load: Math.min(1, (relay.loadPermille ?? 0) / 1000),
    region,
    bandwidthBps,
    version,
    draining: relay.draining ?? false,
    allow,
    schedule,
    quotaBytes,
    // A word of a later version says nothing to us.
    forwarder: RELAY_FORWARDERS.find((known) => known === relay.forwarder),
    closed: relay.closed ?? false,
  });
}

/** "*", "role:admin" and the like, a name or an id. */
const ALLOW_ENTRY = /^(?:\*|(?:role:)?[a-z0-9-]{1,63})$/;

function decodeEndpoints(record: hopwire.v1.Endpoints.$Properties): Decoded<MemberEndpoints> {
  const homes = record.homeRelays ?? [];
  const texts = record.publicEndpoints ?? [];
  if (homes.length > MAX_LIST || texts.length > MAX_LIST) return refused("endpoints-list");
  const homeRelays: MemberId[] = [];
  for (const bytes of homes) {
    const id = decodeId<MemberId>(bytes);
    if (!id.ok) return id;
    homeRelays.push(id.value);
  }
  const publicEndpoints: Endpoint[] = [];
  for (const text of texts) {
    const endpoint = parseEndpoint(text);
    if (!endpoint.ok || !isUsableRemote(endpoint.value.address)) return refused("endpoints-endpoint");
    publicEndpoints.push(endpoint.value);
  }
  return decoded({ kind: "endpoints", homeRelays, publicEndpoints });
}
