import { addressBytes, addressText } from "./address.ts";
import { decoded, refused, type Decoded } from "./decoded.ts";
import { isUsableRemote, parseEndpoint, type Endpoint } from "./endpoint.ts";
import { hopwire } from "./generated/hopwire.js";
import { decodeId, idBytes, isMemberName, type InviteId } from "./ids.ts";
import { KEY_BYTES, keyBytes, keyText, sha256 } from "./keys.ts";
import { wireNumber } from "./record.ts";
import { wallMs, type WallMs } from "./time.ts";

const wire = hopwire.v1;
/** Version 1 had its ways as text, and only direct ones. */
const VERSION = 2;

/** Whoever has it may redeem it: a bearer secret, never to be logged. */
export type Invite = {
  /** The network's public key: the root of everything that the joiner will believe. */
  readonly networkKey: Uint8Array;
  readonly issuerWireguardKey: string;
  readonly issuerAddress4: string;
  readonly controlPort: number;
  readonly inviteId: InviteId;
  /** WireGuard private key in base64, good for reaching the issuer's control port and nothing else. */
  readonly temporaryKey: string;
  readonly temporaryAddress4: string;
  /** The issuer's clock decides; the joiner only shows it. */
  readonly expiresAt: WallMs;
  /** Best first. */
  readonly ways: readonly InviteWay[];
  readonly memberName: string;
};

/** Where the issuer's WireGuard is reached. */
export type InviteWay = {
  readonly endpoint: Endpoint;
  /** The port of a volunteer that relays to the issuer for this invite: it says nothing of where the issuer is. */
  readonly relayed: boolean;
};

export type DecodedInvite =
  { readonly ok: true; readonly value: Invite } | { readonly ok: false; readonly reason: InviteRefusal };

export type InviteRefusal = "not-an-invite" | "truncated-or-altered" | "version";

/** A token is pasted by people: about 300 characters; 16 ways over IPv6 bring it to 850, of version 1 to 1,300. */
export const MAX_INVITE_CHARS = 4096;
export const MAX_INVITE_WAYS = 16;
/** Against slips of copy and paste, not against forgers, who can compute it: 2^-64 is more than enough. */
const CHECKSUM_BYTES = 8;

/** Throws RangeError for an invite with too many ways: it would not be read back. */
export function encodeInvite(invite: Invite): string {
  if (invite.ways.length > MAX_INVITE_WAYS) throw new RangeError("too many ways in an invite");
  const body = wire.Invite.encode({
    version: VERSION,
    networkKey: invite.networkKey,
    issuerWireguardKey: keyBytes(invite.issuerWireguardKey) ?? new Uint8Array(),
    issuerAddress4: addressBytes(invite.issuerAddress4),
    controlPort: invite.controlPort,
    inviteId: idBytes(invite.inviteId),
    temporaryKey: keyBytes(invite.temporaryKey) ?? new Uint8Array(),
    temporaryAddress4: addressBytes(invite.temporaryAddress4),
    expiresAtMs: invite.expiresAt,
    memberName: invite.memberName,
    ways: invite.ways.map(wayBytes),
  }).finish();
  return `hopwire${VERSION}-${Buffer.concat([body, checksum(body)]).toString("base64url")}`;
}

/** White space around it is forgiven, also line breaks that a terminal or mail put in. Never throws. */
export function decodeInvite(text: string): DecodedInvite {
  if (text.length > MAX_INVITE_CHARS) return no("not-an-invite");
  const match = /^hopwire([0-9]{1,4})-(.*)$/.exec(text.replaceAll(/\s+/g, ""));
  if (match === null) return no("not-an-invite");
  const version = Number(match[1]);
  if (version < 1 || version > VERSION) return no("version");
  const token = match[2] ?? "";
  const bytes = new Uint8Array(Buffer.from(token, "base64url"));
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  const isWhole = bytes.length > CHECKSUM_BYTES && Buffer.from(bytes).toString("base64url") === token;
  if (!isWhole || Buffer.compare(checksum(body), bytes.subarray(-CHECKSUM_BYTES)) !== 0)
    return no("truncated-or-altered");
  return decodeBody(body, version);
}

/** Raw keys, as they travel. */
export type RedeemRequest = {
  readonly inviteId: InviteId;
  readonly identityKey: Uint8Array;
  readonly wireguardKey: Uint8Array;
  readonly exchangeKey: Uint8Array;
  /** By the identity key, in the domain "redeem", over `redemptionBytes`. */
  readonly signature: Uint8Array;
};

/** What the joiner signs: it has the identity key, and means these keys for this invite. */
export function redemptionBytes(request: Omit<RedeemRequest, "signature">): Uint8Array {
  const { inviteId, identityKey, wireguardKey, exchangeKey } = request;
  return new Uint8Array(Buffer.concat([idBytes(inviteId), identityKey, wireguardKey, exchangeKey]));
}

function checksum(body: Uint8Array): Uint8Array {
  return sha256(body).subarray(0, CHECKSUM_BYTES);
}

function no(reason: InviteRefusal): { readonly ok: false; readonly reason: InviteRefusal } {
  return { ok: false, reason };
}

function decodeBody(body: Uint8Array, version: number): DecodedInvite {
  let fields: hopwire.v1.Invite;
  try {
    fields = wire.Invite.decode(body);
  } catch {
    return no("not-an-invite");
  }
  if (fields.version !== version) return no("version");
  const inviteId = decodeId<InviteId>(fields.inviteId);
  const issuerAddress4 = address4Of(fields.issuerAddress4);
  const temporaryAddress4 = address4Of(fields.temporaryAddress4);
  const expiresAt = wireNumber(fields.expiresAtMs);
  const ways = version === 1 ? decodeAll(fields.endpoints, endpointWay) : decodeAll(fields.ways, wayOf);
  const keys = [fields.networkKey, fields.issuerWireguardKey, fields.temporaryKey];
  if (
    !inviteId.ok ||
    issuerAddress4 === undefined ||
    temporaryAddress4 === undefined ||
    expiresAt === undefined ||
    !ways.ok ||
    keys.some((key) => key.length !== KEY_BYTES) ||
    fields.controlPort < 1 ||
    fields.controlPort > 65_535 ||
    !isMemberName(fields.memberName)
  )
    return no("not-an-invite");
  const value: Invite = {
    networkKey: fields.networkKey,
    issuerWireguardKey: keyText(fields.issuerWireguardKey),
    issuerAddress4,
    controlPort: fields.controlPort,
    inviteId: inviteId.value,
    temporaryKey: keyText(fields.temporaryKey),
    temporaryAddress4,
    expiresAt: wallMs(expiresAt),
    ways: ways.value,
    memberName: fields.memberName,
  };
  return { ok: true, value };
}

function address4Of(bytes: Uint8Array): string | undefined {
  return bytes.length === 4 ? addressText(bytes) : undefined;
}

function decodeAll<T>(
  all: readonly T[],
  decode: (one: T) => Decoded<InviteWay>,
): Decoded<readonly InviteWay[]> {
  if (all.length > MAX_INVITE_WAYS) return refused("too-many");
  const ways: InviteWay[] = [];
  for (const one of all) {
    const way = decode(one);
    if (!way.ok) return way;
    if (!isUsableRemote(way.value.endpoint.address)) return refused("not-usable");
    ways.push(way.value);
  }
  return decoded(ways);
}

function endpointWay(text: string): Decoded<InviteWay> {
  const endpoint = parseEndpoint(text);
  return endpoint.ok ? decoded({ endpoint: endpoint.value, relayed: false }) : endpoint;
}

function wayBytes({ endpoint: { address, port }, relayed }: InviteWay): Uint8Array {
  return new Uint8Array([relayed ? 1 : 0, ...addressBytes(address), port >> 8, port & 0xff]);
}

function wayOf(bytes: Uint8Array): Decoded<InviteWay> {
  const [relayed = 2] = bytes;
  const address = addressText(bytes.subarray(1, -2));
  const port = ((bytes.at(-2) ?? 0) << 8) | (bytes.at(-1) ?? 0);
  if (relayed > 1 || address === undefined || port === 0) return refused("not-a-way");
  return decoded({ endpoint: { address, port }, relayed: relayed === 1 });
}
