import { decoded, refused, type Decoded } from "../decoded.ts";
import type { AttributeCodec } from "./attribute.ts";
import { mustBeUnderstood } from "./attribute.ts";
import { changeRequest } from "./change-request.ts";
import { errorCode } from "./error-code.ts";
import { nonce } from "./nonce.ts";
import { otherAddress } from "./other-address.ts";
import { pathReport } from "./path-report.ts";
import { responseDelaySec } from "./response-delay.ts";
import { responseOrigin } from "./response-origin.ts";
import type { Tlv } from "./tlv.ts";
import { unknownAttributes } from "./unknown-attributes.ts";
import { useCandidate } from "./use-candidate.ts";
import { username } from "./username.ts";
import { xorMappedAddress } from "./xor-mapped-address.ts";

/** Every attribute that we speak, under the name it has in a message, in the order in which it is sent. One more is one more line. */
const CODECS = {
  username,
  useCandidate,
  changeRequest,
  responseDelaySec,
  nonce,
  errorCode,
  unknownAttributes,
  xorMappedAddress,
  responseOrigin,
  otherAddress,
  pathReport,
};

type ValueOf<Codec> = Codec extends AttributeCodec<infer Value> ? Value : never;

export type StunAttributes = {
  readonly [Name in keyof typeof CODECS]?: ValueOf<(typeof CODECS)[Name]>;
};

const ENTRIES = Object.entries(CODECS) as readonly [keyof StunAttributes, AttributeCodec<unknown>][];

const ENTRY_BY_TYPE = new Map(ENTRIES.map((entry) => [entry[1].type, entry]));

/**
 * MAPPED-ADDRESS (RFC 8489, section 14.1): servers add it for clients of RFC 3489. XOR-MAPPED-ADDRESS says the
 * same, so it counts as understood and is passed over.
 */
const MAPPED_ADDRESS = 0x0001;

export type EncodedAttribute = { readonly type: number; readonly value: Uint8Array };

export function encodeAttributes(
  attributes: StunAttributes,
  transactionId: Uint8Array,
): readonly EncodedAttribute[] {
  return ENTRIES.flatMap(([name, codec]) => {
    const value = attributes[name];
    return value === undefined ? [] : [{ type: codec.type, value: codec.encode(value, transactionId) }];
  });
}

export type DecodedAttributes = {
  readonly attributes: StunAttributes;
  /** Types that must be understood and are not (RFC 8489, section 6.3.1), each once. */
  readonly notUnderstood: readonly number[];
};

/** Of an attribute that comes twice the first counts (RFC 8489, section 14). */
export function decodeAttributes(
  tlvs: readonly Tlv[],
  transactionId: Uint8Array,
): Decoded<DecodedAttributes> {
  const attributes: Partial<Record<keyof StunAttributes, unknown>> = {};
  const notUnderstood = new Set<number>();
  for (const { type, value } of tlvs) {
    const entry = ENTRY_BY_TYPE.get(type);
    if (entry === undefined) {
      if (mustBeUnderstood(type) && type !== MAPPED_ADDRESS) notUnderstood.add(type);
      continue;
    }
    const [name, codec] = entry;
    if (Object.hasOwn(attributes, name)) continue;
    const read = codec.decode(value, transactionId);
    if (!read.ok) return refused(read.reason);
    attributes[name] = read.value;
  }
  return decoded({ attributes: attributes as StunAttributes, notUnderstood: [...notUnderstood] });
}
