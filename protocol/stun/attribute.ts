import type { Decoded } from "../decoded.ts";

/** One attribute: its number in IANA's registry and its value's layout. Padding is the caller's. */
export type AttributeCodec<T> = {
  readonly type: number;
  encode(value: T, transactionId: Uint8Array): Uint8Array;
  /** Never throws. */
  decode(value: Uint8Array, transactionId: Uint8Array): Decoded<T>;
};

/** Types below 0x8000 must be understood by who receives them (RFC 8489, section 14). */
export function mustBeUnderstood(type: number): boolean {
  return type < 0x8000;
}
