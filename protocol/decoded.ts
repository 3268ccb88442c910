/** What a decoder gives back for bytes that anyone may have sent: a value, or a named reason; never an exception. */
export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

export function decoded<T>(value: T): Decoded<T> {
  return { ok: true, value };
}

export function refused(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
