import type { AddressFamily } from "../../../../protocol/endpoint.ts";
import { LEG_NAMES, type LegName } from "../leg.ts";
import { AF, SOCKADDR_LENGTH } from "./sockaddr.ts";
import type { SocketRoute } from "./worker-messages.ts";

/** A destination as `MessageVector` wants it. */
export type Destination = {
  readonly name: Int32Array;
  readonly nameBytes: number;
  readonly family: AddressFamily;
};

/** The way of one leg's data packets. */
export type Passage = {
  readonly leg: LegName;
  readonly source: Int32Array;
  readonly to: Destination;
  /** When it was last said that the leg was heard. */
  saidAt: number;
};

/** `name` as `encodeSockaddr` makes it. */
export function destination(name: Uint8Array): Destination {
  const words = wordsOf(name);
  const family = ((words[0] ?? 0) & 0xffff) === AF.ipv6 ? "ipv6" : "ipv4";
  return { name: words, nameBytes: SOCKADDR_LENGTH[family], family };
}

export function passages(routes: Readonly<Record<LegName, SocketRoute | undefined>>): readonly Passage[] {
  return LEG_NAMES.flatMap((leg) => {
    const route = routes[leg];
    if (route === undefined) return [];
    const source = destination(route.from);
    return {
      leg,
      source: source.name.subarray(0, source.nameBytes / Int32Array.BYTES_PER_ELEMENT),
      to: destination(route.to),
      saidAt: -Infinity,
    };
  });
}

/** The passage that begins at the socket address at word `at`. */
export function passageFrom(all: readonly Passage[], names: Int32Array, at: number): Passage | undefined {
  for (const passage of all) if (isThere(passage.source, names, at)) return passage;
  return undefined;
}

function isThere(source: Int32Array, names: Int32Array, at: number): boolean {
  for (let i = 0; i < source.length; i++) if (source[i] !== names[at + i]) return false;
  return true;
}

function wordsOf(name: Uint8Array): Int32Array {
  return new Int32Array(Uint8Array.from(name).buffer);
}
