import type { Notification } from "../../protocol/frame-body.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { SignedRecord } from "../../protocol/record.ts";
import { inAuthorityOrder } from "./store.ts";

/** What travels between stores. */
export type GossipMessage = Extract<
  Notification,
  {
    readonly kind: "store-root" | "store-buckets" | "digest" | "wanted" | "records" | "subscription";
  }
>;

export type GossipEffect = { readonly to: MemberId; readonly message: GossipMessage };

/** A control frame takes 64 KiB; an entry is 14 bytes of slot, up to 9 of sequence and 2 of its own head. */
export const ENTRIES_PER_MESSAGE = 2_000;

/** Three quarters of a control frame, so that heads and one record of any size always fit. */
const RECORDS_PER_MESSAGE_BYTES = 48 * 1024;

/** As few as it takes, certificates before what rests on them. */
export function recordMessages(records: readonly SignedRecord[]): readonly GossipMessage[] {
  const messages: Uint8Array[][] = [];
  let roomBytes = 0;
  for (const { bytes } of inAuthorityOrder(records)) {
    if (bytes.length > roomBytes) {
      messages.push([]);
      roomBytes = RECORDS_PER_MESSAGE_BYTES;
    }
    messages.at(-1)?.push(bytes);
    roomBytes -= bytes.length;
  }
  return messages.map((batch) => ({ kind: "records", records: batch }));
}

export function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
