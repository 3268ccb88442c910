import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";

/** Keys are bytes on the wire; those that mean anything are ASCII. */
export type Bencoded = number | Buffer | readonly Bencoded[] | ReadonlyMap<string, Bencoded>;

/** A reply of BEP 5 or 44 has two levels, with a list in it three; deeper is somebody's joke. */
const MAX_DEPTH = 4;

/** Digits of a number that is exact in JavaScript, and of a length. */
const NUMBER = /^(?:0|-?[1-9][0-9]{0,14})$/;
const LENGTH = /^(?:0|[1-9][0-9]{0,4})$/;

/** One value, and nothing after it. Never throws: anybody may have sent `bytes`. */
export function decodeBencode(bytes: Uint8Array): Decoded<Bencoded> {
  const reader = new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const value = reader.value(MAX_DEPTH);
  return value === undefined || !reader.isAtEnd ? refused("bencode-malformed") : decoded(value);
}

/** Dictionaries in the order of their keys, as BEP 3 wants them. */
export function encodeBencode(value: Bencoded): Buffer {
  if (typeof value === "number") return Buffer.from(`i${value}e`);
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  if (isList(value)) return wrapped("l", value.map(encodeBencode));
  const entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1));
  return wrapped(
    "d",
    entries.flatMap(([key, item]) => [encodeBencode(Buffer.from(key, "latin1")), encodeBencode(item)]),
  );
}

function wrapped(head: "d" | "l", parts: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from(head), ...parts, Buffer.from("e")]);
}

function isList(value: readonly Bencoded[] | ReadonlyMap<string, Bencoded>): value is readonly Bencoded[] {
  return Array.isArray(value);
}

/** Each step consumes at least one byte, so that what is short is read in no time. Undefined: malformed. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): Bencoded | undefined {
    if (this.#takes("i")) return this.#number("e", NUMBER);
    if (this.#takes("l")) return depth === 0 ? undefined : this.#list(depth - 1);
    if (this.#takes("d")) return depth === 0 ? undefined : this.#dictionary(depth - 1);
    return this.#text();
  }

  #list(depth: number): readonly Bencoded[] | undefined {
    const items: Bencoded[] = [];
    while (!this.#takes("e")) {
      const item = this.value(depth);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  }

  #dictionary(depth: number): ReadonlyMap<string, Bencoded> | undefined {
    const entries = new Map<string, Bencoded>();
    while (!this.#takes("e")) {
      const key = this.#text()?.toString("latin1");
      const item = key === undefined ? undefined : this.value(depth);
      if (key === undefined || item === undefined || entries.has(key)) return undefined;
      entries.set(key, item);
    }
    return entries;
  }

  #text(): Buffer | undefined {
    const length = this.#number(":", LENGTH);
    if (length === undefined || length > this.#bytes.length - this.#at) return undefined;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #number(end: "e" | ":", form: RegExp): number | undefined {
    const to = this.#bytes.indexOf(end, this.#at, "latin1");
    // Sixteen: the longest that the forms take, with its sign.
    if (to === -1 || to - this.#at > 16) return undefined;
    const digits = this.#bytes.toString("latin1", this.#at, to);
    this.#at = to + 1;
    return form.test(digits) ? Number(digits) : undefined;
  }

  #takes(head: string): boolean {
    if (this.#bytes[this.#at] !== head.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }
}
