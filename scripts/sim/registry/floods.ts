import type { Random } from "../../../agent/random.ts";
import { memberIdOf } from "../../../protocol/ids.ts";
import { privateKeyOf, rawPublicKey } from "../../../protocol/keys.ts";
import { wallMs, type WallMs } from "../../../protocol/time.ts";
import type { Person, Population } from "./population.ts";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

export type FloodOptions = {
  readonly population: Population;
  readonly flooder: Person;
  readonly victim: Person;
  /** Of each kind. */
  readonly count: number;
  readonly now: WallMs;
  readonly random: Random;
};

/** What one member may send without end, by kind; no two of them are the same bytes. */
export function floods(options: FloodOptions): ReadonlyMap<string, readonly Uint8Array[]> {
  const { population, flooder, victim, count, now, random } = options;
  const key = privateKeyOf("ed25519", random.bytes(KEY_BYTES));
  const stranger: Person = { ...flooder, key, id: memberIdOf(rawPublicKey(key)) };
  const numbers = Array.from({ length: count }, (_, index) => index);
  const [byVictim, byStranger] = [victim, stranger].map(
    (author) => population.endpoints(author, [], wallMs(now + count)).bytes,
  ) as [Uint8Array, Uint8Array];
  return new Map([
    [
      "announcements of its own",
      numbers.map((index) => population.endpoints(flooder, [], wallMs(now + index)).bytes),
    ],
    ["forged announcements of another", numbers.map((index) => spoilt(byVictim, index))],
    ["announcements of a stranger", numbers.map((index) => spoilt(byStranger, index))],
  ]);
}

/** Another byte of the signature is another one for each number below 16,320. */
function spoilt(bytes: Uint8Array, number: number): Uint8Array {
  const copy = bytes.slice();
  const at = copy.length - 1 - (number % SIGNATURE_BYTES);
  copy[at] = (copy[at] ?? 0) ^ (1 + Math.floor(number / SIGNATURE_BYTES));
  return copy;
}
