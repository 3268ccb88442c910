/**
 * Reasons for which the sender of a record that is refused, or waits, is not to blame: its clock or ours, news that crossed, a limit that its author
 * has reached, a later version. For all others it should not have passed the record on.
 */
const NOBODYS_FAULT: ReadonlySet<string> = new Set([
  "expired",
  "from-the-future",
  "sequence-from-the-future",
  "rollback",
  "sequence-reused",
  "author-revoked",
  // It outlives the certificate that it ends.
  "farewell-unknown",
  "author-rate",
  "author-full",
  "store-full",
  "record-kind",
  "record-version",
]);

export function isFault(reason: string): boolean {
  return !NOBODYS_FAULT.has(reason);
}
