import { BlockList } from "node:net";
import { parseCidr } from "../../../config/cidr.ts";
import { decoded, refused, type Decoded } from "../../../../protocol/decoded.ts";
import type { Source } from "./source.ts";

/** CIDR blocks, or single addresses. */
export type ListTexts = { readonly allow: readonly string[]; readonly block: readonly string[] };

export type ListVerdict = "allowed" | "blocked" | "not-allowed";

/** Who may use the relay by address. Replaced as a whole, so no packet meets half of a new list. */
export class AddressLists {
  readonly #allow: BlockList;
  readonly #block: BlockList;
  readonly #allowsAll: boolean;

  private constructor(allow: BlockList, block: BlockList, allowsAll: boolean) {
    this.#allow = allow;
    this.#block = block;
    this.#allowsAll = allowsAll;
  }

  /** Refused: "not-a-cidr", so that a mistake leaves the lists of before in force. */
  static parse({ allow, block }: ListTexts): Decoded<AddressLists> {
    const allowed = listOf(allow);
    const blocked = listOf(block);
    if (allowed === undefined || blocked === undefined) return refused("not-a-cidr");
    return decoded(new AddressLists(allowed, blocked, allow.length === 0));
  }

  /** Blocked wins. An allow list that names anybody leaves out everybody else. */
  verdict({ address, family }: Source): ListVerdict {
    if (this.#block.check(address, family)) return "blocked";
    return this.#allowsAll || this.#allow.check(address, family) ? "allowed" : "not-allowed";
  }
}

function listOf(texts: readonly string[]): BlockList | undefined {
  const list = new BlockList();
  for (const text of texts) {
    const cidr = parseCidr(text);
    if (cidr === undefined) return undefined;
    list.addSubnet(cidr.address, cidr.length, cidr.family);
  }
  return list;
}
