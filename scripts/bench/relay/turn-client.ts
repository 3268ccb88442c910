import { createHash, createHmac, randomBytes } from "node:crypto";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { HEADER_BYTES, MAGIC_COOKIE } from "../../../protocol/stun/header.ts";
import { readTlvs, tlvBytes, writeTlv } from "../../../protocol/stun/tlv.ts";
import { xorMappedAddress } from "../../../protocol/stun/xor-mapped-address.ts";
import type { Generator } from "./generator.ts";

/** As much of RFC 8656 as gets a client a UDP allocation with one channel. */

const ALLOCATE = 0x0003;
const CHANNEL_BIND = 0x0009;

const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  channelNumber: 0x000c,
  xorPeerAddress: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  requestedTransport: 0x0019,
} as const;

const ERROR_CLASS = 0x0110;
const PROTOCOL_UDP = 17;
/** Each client has its own 5-tuple, so all may use the first (section 12). */
const CHANNEL = 0x4000;

export type TurnServer = {
  readonly endpoint: Endpoint;
  readonly username: string;
  readonly password: string;
  readonly realm: string;
};

type Attribute = readonly [type: number, value: Uint8Array];

/** Makes flow `flow` of the sender a client whose channel leads to `peer`. */
export async function allocateChannel(
  generator: Generator,
  flow: number,
  server: TurnServer,
  peer: Endpoint,
): Promise<void> {
  const transport: Attribute = [ATTRIBUTE.requestedTransport, Uint8Array.of(PROTOCOL_UDP, 0, 0, 0)];
  const ask = async (method: number, build: (id: Buffer) => Buffer): Promise<Buffer> => {
    const id = randomBytes(12);
    const answer = await generator.exchange("a", flow, server.endpoint, build(id));
    const refusedIt = (answer.readUInt16BE(0) & ERROR_CLASS) === ERROR_CLASS;
    if (refusedIt && valueOf(answer, ATTRIBUTE.nonce) === undefined)
      throw new Error(`coturn refused request ${method}: ${answer.toString("latin1")}`);
    return answer;
  };
  const challenge = await ask(ALLOCATE, (id) => message(ALLOCATE, id, [transport]));
  const nonce = valueOf(challenge, ATTRIBUTE.nonce);
  if (nonce === undefined) throw new Error("coturn asked for no credentials");
  const authenticated = async (
    method: number,
    attributes: (id: Buffer) => readonly Attribute[],
  ): Promise<void> => {
    const answer = await ask(method, (id) =>
      message(method, id, [...attributes(id), ...credentials(server, nonce)], longTermKey(server)),
    );
    if ((answer.readUInt16BE(0) & ERROR_CLASS) === ERROR_CLASS)
      throw new Error(`coturn refused request ${method}: ${answer.toString("latin1")}`);
  };
  await authenticated(ALLOCATE, () => [transport]);
  await authenticated(CHANNEL_BIND, (id) => [
    [ATTRIBUTE.channelNumber, Uint8Array.of(CHANNEL >> 8, CHANNEL & 0xff, 0, 0)],
    [ATTRIBUTE.xorPeerAddress, xorMappedAddress.encode(peer, id)],
  ]);
}

/** Section 12.4: number and length; over UDP without padding. */
export function channelHeader(bytes: number): Uint8Array {
  return Uint8Array.of(CHANNEL >> 8, CHANNEL & 0xff, bytes >> 8, bytes & 0xff);
}

function credentials({ username, realm }: TurnServer, nonce: Uint8Array): readonly Attribute[] {
  return [
    [ATTRIBUTE.username, Buffer.from(username)],
    [ATTRIBUTE.realm, Buffer.from(realm)],
    [ATTRIBUTE.nonce, nonce],
  ];
}

/** RFC 8489, section 9.2.2. */
function longTermKey({ username, realm, password }: TurnServer): Uint8Array {
  return createHash("md5").update(`${username}:${realm}:${password}`).digest();
}

function message(method: number, id: Uint8Array, attributes: readonly Attribute[], key?: Uint8Array): Buffer {
  const integrityBytes = key === undefined ? 0 : tlvBytes(INTEGRITY_BYTES);
  const size = attributes.reduce(
    (sum, [, value]) => sum + tlvBytes(value.length),
    HEADER_BYTES + integrityBytes,
  );
  const bytes = Buffer.alloc(size);
  bytes.writeUInt16BE(method, 0);
  bytes.writeUInt16BE(size - HEADER_BYTES, 2);
  bytes.writeUInt32BE(MAGIC_COOKIE, 4);
  bytes.set(id, 8);
  let offset = HEADER_BYTES;
  for (const [type, value] of attributes) {
    writeTlv(bytes, offset, type, value);
    offset += tlvBytes(value.length);
  }
  if (key !== undefined) {
    const integrity = createHmac("sha1", key).update(bytes.subarray(0, offset)).digest();
    writeTlv(bytes, offset, ATTRIBUTE.messageIntegrity, integrity);
  }
  return bytes;
}

/** HMAC-SHA1. */
const INTEGRITY_BYTES = 20;

function valueOf(answer: Uint8Array, type: number): Uint8Array | undefined {
  const tlvs = readTlvs(answer);
  return tlvs.ok ? tlvs.value.find((tlv) => tlv.type === type)?.value : undefined;
}
