import { encodeFrame } from "../../../protocol/frame.ts";
import type { GossipMessage } from "../../../agent/registry/gossip-message.ts";

/**
 * What virtual members are charged. The times are of one core of a small server, measured (`real-cost.ts` measures them
 * again at each run, and reports what a member's hour costs); they are constants here so that a seed gives the same run
 * on every machine.
 */
export const COST_US = {
  /** Reading and decoding a frame, and handing it on. */
  message: 50,
  /** Decoding a record and looking it up. */
  record: 20,
  /** An Ed25519 signature. */
  verification: 150,
  /** A new roster for whoever listens, for each record that there is. */
  rosterRecord: 5,
  /** An entry of a digest. */
  entry: 2,
};

/** A revocation is on disk before it is passed on: writing 1 MB and two fsyncs on a slow disk. */
export const FLUSH_MS = 100;

/** Bytes. Of IPv4 and TCP with timestamps inside, WireGuard, UDP and IPv4 outside. */
const PACKET_BYTES = 20 + 32 + 32 + 8 + 20;
const SEGMENT_BYTES = 1_300;
/** Before each frame. */
const LENGTH_BYTES = 4;

const sizes = new WeakMap<GossipMessage, number>();

/** Bytes of a control frame; what is sent to many is encoded once. */
export function frameBytes(message: GossipMessage): number {
  const known = sizes.get(message);
  if (known !== undefined) return known;
  const bytes = encodeFrame({ kind: "notification", body: message }).length + LENGTH_BYTES;
  sizes.set(message, bytes);
  return bytes;
}

/** Bytes on the wire outside the tunnel: a packet for every segment, and one that acknowledges it. */
export function wireBytes(frame: number): number {
  return frame + Math.ceil(frame / SEGMENT_BYTES) * 2 * PACKET_BYTES;
}
