import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import { KEY_BYTES, SIGNATURE_BYTES } from "../../../protocol/keys.ts";
import { decodeBencode, encodeBencode, type Bencoded } from "./bencode.ts";
import { VALUE_BYTES } from "./entry.ts";
import type { NamedNode } from "./lookup.ts";

/**
 * What a node of the DHT answers (BEP 5, 44), as far as this host has a use for it. Everything else that it says is left out, and a
 * value that no entry can be is none.
 */
export type Reply = {
  readonly transaction: Buffer;
  readonly body:
    | {
        readonly kind: "response";
        readonly id: Buffer;
        /** Of 26 bytes each. */
        readonly nodes: Buffer | undefined;
        readonly token: Buffer | undefined;
        readonly item: ReplyItem | undefined;
      }
    | { readonly kind: "error"; readonly code: number };
};

export type ReplyItem = {
  readonly value: Buffer;
  readonly publicKey: Buffer;
  readonly signature: Buffer;
  readonly sequence: number;
};

/** IPv4's minimum for a host to put together, 576, does not hold a value; what has one of 1,000 bytes beside twenty nodes has 1,750. */
const MAX_REPLY_BYTES = 2_048;

export const ID_BYTES = 20;
/** Id, IPv4 address and port. */
const NODE_BYTES = ID_BYTES + 6;
/** A node answers with the eight closest that it knows, BEP 5; the library's with twenty. */
const MAX_NODES = 20;
/** Nodes have between 4 and 20; it goes out again with what is written. */
const MAX_TOKEN_BYTES = 40;
const TRANSACTION_BYTES = 2;

type Fields = ReadonlyMap<string, Bencoded>;

/** Never throws: anybody may have sent `bytes`. */
export function decodeReply(bytes: Uint8Array): Decoded<Reply> {
  if (bytes.length > MAX_REPLY_BYTES) return refused("dht-too-long");
  const message = decodeBencode(bytes);
  if (!message.ok) return message;
  if (!isFields(message.value)) return refused("dht-no-dictionary");
  const transaction = bytesOf(message.value, "t", TRANSACTION_BYTES);
  if (transaction === undefined) return refused("dht-transaction");
  const kind = bytesOf(message.value, "y", 1)?.toString("latin1");
  if (kind === "e") {
    const error = message.value.get("e");
    const [code] = Array.isArray(error) ? (error as readonly Bencoded[]) : [];
    return decoded({ transaction, body: { kind: "error", code: typeof code === "number" ? code : 0 } });
  }
  const fields = message.value.get("r");
  // Queries are among the rest: this host serves nobody.
  if (kind !== "r" || !isFields(fields)) return refused("dht-no-reply");
  const id = bytesOf(fields, "id", ID_BYTES);
  if (id === undefined) return refused("dht-id");
  const nodes = bytesOf(fields, "nodes");
  const token = bytesOf(fields, "token");
  return decoded({
    transaction,
    body: {
      kind: "response",
      id,
      nodes: nodes?.subarray(0, Math.min(MAX_NODES, Math.floor(nodes.length / NODE_BYTES)) * NODE_BYTES),
      token: token !== undefined && token.length <= MAX_TOKEN_BYTES ? token : undefined,
      item: itemOf(fields),
    },
  });
}

/** The nodes in `Reply`'s `nodes`: 20 bytes of id, then an IPv4 address and port. */
export function namedIn(nodes: Buffer): readonly NamedNode[] {
  return Array.from({ length: Math.floor(nodes.length / NODE_BYTES) }, (_, index) => {
    const node = nodes.subarray(index * NODE_BYTES, (index + 1) * NODE_BYTES);
    const address = node.subarray(ID_BYTES, ID_BYTES + 4).join(".");
    return { id: node.subarray(0, ID_BYTES), address, port: node.readUInt16BE(ID_BYTES + 4) };
  });
}

/** The one form of it. */
export function encodeReply({ transaction, body }: Reply): Buffer {
  const message = new Map<string, Bencoded>([["t", transaction]]);
  switch (body.kind) {
    case "error":
      message.set("y", Buffer.from("e")).set("e", [body.code, Buffer.alloc(0)]);
      break;
    case "response":
      message.set("y", Buffer.from("r")).set("r", responseFields(body));
      break;
  }
  return encodeBencode(message);
}

function responseFields({ id, nodes, token, item }: Reply["body"] & { kind: "response" }): Fields {
  const fields = new Map<string, Bencoded>([["id", id]]);
  if (nodes !== undefined) fields.set("nodes", nodes);
  if (token !== undefined) fields.set("token", token);
  if (item === undefined) return fields;
  return fields
    .set("k", item.publicKey)
    .set("seq", item.sequence)
    .set("sig", item.signature)
    .set("v", item.value);
}

function itemOf(fields: Fields): ReplyItem | undefined {
  const value = bytesOf(fields, "v", VALUE_BYTES);
  const publicKey = bytesOf(fields, "k", KEY_BYTES);
  const signature = bytesOf(fields, "sig", SIGNATURE_BYTES);
  const sequence = fields.get("seq");
  if (value === undefined || publicKey === undefined || signature === undefined) return undefined;
  if (typeof sequence !== "number" || sequence < 0) return undefined;
  return { value, publicKey, signature, sequence };
}

function bytesOf(fields: Fields, key: string, length?: number): Buffer | undefined {
  const value = fields.get(key);
  return Buffer.isBuffer(value) && (length === undefined || value.length === length) ? value : undefined;
}

function isFields(value: Bencoded | undefined): value is Fields {
  return value instanceof Map;
}
