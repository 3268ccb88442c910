import { decoded, type Decoded } from "../../protocol/decoded.ts";
import { memberIdOf, type MemberId, type NetworkId } from "../../protocol/ids.ts";
import {
  decodeRecord,
  hasValidSignature,
  slotHash,
  slotOf,
  type SignedRecord,
} from "../../protocol/record.ts";
import { address6Of } from "./overlay-address.ts";

/** A record of a sound shape, with what a store finds it by. */
export type ReadRecord = {
  readonly record: SignedRecord;
  /** The twelve bytes of `slotHash`, and the same as hexadecimal text. */
  readonly slot: Uint8Array;
  readonly key: string;
  readonly author: MemberId;
  /** The member that it says something about. */
  readonly about: MemberId;
  /** What counts towards an author's share. */
  readonly share: string;
  /** The overlay address that follows from the identity that it certifies, or that this one goes back to; undefined where it certifies none. */
  readonly derivedAddress6: string | undefined;
  /** Some 144 us: ask last. */
  hasValidSignature(): boolean;
};

/** Never throws; anybody may have made the bytes. */
export type RecordReader = (bytes: Uint8Array, network: NetworkId) => Decoded<ReadRecord>;

export function readRecord(bytes: Uint8Array, network: NetworkId): Decoded<ReadRecord> {
  const unverified = decodeRecord(bytes, network);
  if (!unverified.ok) return unverified;
  const { record } = unverified.value;
  const slot = slotHash(slotOf(record));
  const author = memberIdOf(record.author);
  const about = aboutOf(record, author);
  return decoded({
    record,
    slot,
    key: slotKey(slot),
    author,
    about,
    share: `${record.content.kind} ${author}`,
    derivedAddress6:
      record.content.kind === "member" ? address6Of(network, record.content.origin ?? about) : undefined,
    hasValidSignature: () => hasValidSignature(unverified.value),
  });
}

export function slotKey(slot: Uint8Array): string {
  return Buffer.from(slot).toString("hex");
}

function aboutOf({ content }: SignedRecord, author: MemberId): MemberId {
  switch (content.kind) {
    case "member":
      return memberIdOf(content.identityKey);
    case "revocation":
      return content.member;
    case "network":
    case "secret":
    case "relay":
    case "endpoints":
      return author;
  }
}
