/**
 * Nodes that lie, where it hurts: each calls itself the closest of all to one of the targets, has all others know it, and answers
 * whoever serves nobody (BEP 43) with six datagrams a question: a value under a key of its own, with more nodes that are closer still;
 * what libraries choke on, for which the other nodes are spared it; noise. Started as: node dht-liar.ts <first port> <node host:port,...> <own address,...> <target>... Says "ready".
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { decodeBencode, encodeBencode, type Bencoded } from "../../agent/registry/dht/bencode.ts";
import { VALUE_BYTES } from "../../agent/registry/dht/entry.ts";
import { rawPublicKey } from "../../protocol/keys.ts";
import { seededRandom } from "../support/seeded-random.ts";

const [firstPort = "", nodes = "", addresses = "", ...targets] = process.argv.slice(2);
const random = seededRandom(1);
const { privateKey, publicKey } = generateKeyPairSync("ed25519");

type Fields = ReadonlyMap<string, Bencoded>;
const text = (value: string): Buffer => Buffer.from(value, "latin1");
const fields = (entries: Readonly<Record<string, Bencoded>>): Fields => new Map(Object.entries(entries));

/** Of well-known hosts, of this network, and of none. */
function invented(target: Buffer): Buffer {
  return Buffer.concat(
    Array.from({ length: 20 }, (_, index) => {
      const id = Buffer.from(target);
      id[19] = (id[19] ?? 0) ^ index;
      return Buffer.concat([id, Buffer.from([198, 18, Math.floor(random.fraction() * 256), index, 26, 225])]);
    }),
  );
}

function lie(id: Buffer, transaction: Buffer): Buffer {
  const value = Buffer.from(random.bytes(VALUE_BYTES));
  const sequence = 9_007_199_254;
  const signed = Buffer.concat([text(`3:seqi${sequence}e1:v${VALUE_BYTES}:`), value]);
  const r = fields({
    id,
    k: Buffer.from(rawPublicKey(publicKey)),
    nodes: invented(id),
    seq: sequence,
    sig: sign(null, signed, privateKey),
    token: text("lies"),
    v: value,
  });
  return encodeBencode(fields({ r, t: transaction, y: text("r") }));
}

function answer(socket: Socket, id: Buffer, bytes: Buffer, from: RemoteInfo): void {
  const query = decodeBencode(bytes);
  const asking = query.ok && query.value instanceof Map ? (query.value as Fields) : fields({});
  const transaction = asking.get("t");
  if (asking.has("r")) {
    greeted.add(`${id.toString("hex")} ${from.address}:${from.port}`);
    return;
  }
  if (!Buffer.isBuffer(transaction)) return;
  if (asking.get("ro") !== 1) {
    const honest = encodeBencode(fields({ r: fields({ id }), t: transaction, y: text("r") }));
    socket.send(honest, from.port, from.address);
    return;
  }
  const one = lie(id, transaction);
  const mutated = Buffer.from(one);
  for (let change = 0; change < 3; change++)
    mutated[Math.floor(random.fraction() * mutated.length)] = Math.floor(random.fraction() * 256);
  const asked = encodeBencode(
    fields({ a: fields({ id: 5, target: 5 }), q: text("get"), t: transaction, y: text("q") }),
  );
  for (const datagram of [one, one, mutated, text("l-3:"), asked, Buffer.from(random.bytes(400))])
    socket.send(datagram, from.port, from.address);
}

/** Whoever answered a liar has it in its table, where there is room. */
const greeted = new Set<string>();
const greetings: (() => void)[] = [];
const known = nodes.split(",").map((node) => node.split(":"));
for (const [index, address] of addresses.split(",").entries()) {
  const target = Buffer.from(targets[index % targets.length] ?? "", "hex");
  const id = Buffer.from(target);
  // One bit away, and not all the same.
  id[19] = (id[19] ?? 0) ^ (1 + Math.floor(index / targets.length));
  const socket = createSocket("udp4");
  socket.on("message", (bytes, from) => answer(socket, id, bytes, from));
  socket.bind(Number(firstPort), address);
  await once(socket, "listening");
  const hello = fields({ a: fields({ id, target: id }), q: text("find_node"), t: text("hi"), y: text("q") });
  const greeting = encodeBencode(hello);
  greetings.push(() => {
    for (const [host, port] of known) socket.send(greeting, Number(port), host);
  });
}
// Some are lost where hundreds are sent at once.
while (greeted.size < 0.9 * greetings.length * known.length)
  for (const greet of greetings) {
    greet();
    await wait(10);
  }
console.log("ready");
