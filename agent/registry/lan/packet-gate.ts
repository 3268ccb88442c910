import { isInPrefix, type Prefix } from "../../../protocol/address.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import type { MonotonicMs } from "../../../protocol/time.ts";
import { fullBucket, KeyedLimiter, takeTokens, type Bucket, type Rate } from "../../rate-limit.ts";

/** RFC 6762, section 3. */
export const MDNS_PORT = 5353;

/** Without the dot and the underscore's partner: how DNS-SD calls us (RFC 6763, section 7). */
export const SERVICE = "hopwire";

/** Ethernet's 1,500 without the heads: what we and other responders send of one service fits many times. */
const MAX_PACKET_BYTES = 1_472;

/** One host: its announcement is one packet, repeated four times in its first minute, and its questions are about as many. */
const SOURCE_RATE: Rate = { perSec: 2, burst: 20 };
const MAX_SOURCES = 256;

/** Of all: where a hundred members start at once, in ten seconds all are heard; each packet costs some 0.2 ms. */
const RATE: Rate = { perSec: 20, burst: 200 };

const LABEL = encodedLabel(`_${SERVICE}`);

/** First octet of the flags (RFC 1035, section 4.1.1). */
const IS_RESPONSE = 0x80;

export type GateVerdict = "admitted" | "not-ours" | GateRefusal;
export type GateRefusal = "too-long" | "off-link" | "not-mdns" | "claims-our-name" | "rate";

/**
 * What of a LAN's multicast is worth decoding, for this host at its address there. Comes before the DNS library, which takes
 * anything from anybody, answers every question, and remembers without end.
 */
export class PacketGate {
  readonly #own: Prefix;
  readonly #sources = new KeyedLimiter(SOURCE_RATE, MAX_SOURCES);
  #bucket: Bucket;
  #label: Buffer | undefined;

  /** `own`: this host's address with the length of its prefix. */
  constructor(own: Prefix, now: MonotonicMs) {
    this.#own = own;
    this.#bucket = fullBucket(RATE, now);
  }

  /** What this host calls itself now. */
  set label(label: string) {
    this.#label = encodedLabel(label);
  }

  verdict(bytes: Uint8Array, from: Endpoint, now: MonotonicMs): GateVerdict {
    if (bytes.length > MAX_PACKET_BYTES) return "too-long";
    const packet = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const isNamed = this.#label !== undefined && packet.includes(this.#label);
    if (!isNamed && !packet.includes(LABEL)) return "not-ours";
    // RFC 6762, section 11: from elsewhere than this link it is forged.
    if (!isInPrefix(from.address, this.#own)) return "off-link";
    if (from.port !== MDNS_PORT) return "not-mdns";
    const isResponse = ((packet[2] ?? 0) & IS_RESPONSE) !== 0;
    // 64 random bits: nobody else has it but to make us give it up.
    if (isNamed && isResponse && from.address !== this.#own.address) return "claims-our-name";
    if (!this.#sources.allows(from.address, now)) return "rate";
    const { bucket, waitMs } = takeTokens(this.#bucket, RATE, 1, now);
    this.#bucket = bucket;
    return waitMs === 0 ? "admitted" : "rate";
  }
}

/** As in a name on the wire (RFC 1035, section 3.1). */
function encodedLabel(label: string): Buffer {
  return Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]);
}
