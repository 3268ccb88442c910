/**
 * A DHT of its own: nodes of the library, four at each of the addresses. Started as: node dht-nodes.ts <first port> <nodes> <address>...
 * Says "ready" when every node knows others. On each line of its input it prints one of JSON: what its nodes store.
 */
import { verify } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import Dht from "bittorrent-dht";
import { publicKeyOf } from "../../protocol/keys.ts";

const AT_ADDRESS = 4;

const [firstPort = 0, count = 0] = process.argv.slice(2, 4).map(Number);
const addresses = process.argv.slice(4);
const first = { host: addresses[0] ?? "", port: firstPort };

const nodes: Dht[] = [];
for (let index = 0; index < count; index++) {
  const node = new Dht({
    ...(index === 0 ? { bootstrap: false } : { bootstrap: [first] }),
    verify: (signature, message, key) => verify(null, message, publicKeyOf("ed25519", key), signature),
  });
  node.on("error", (error: unknown) => console.error(error));
  const port = firstPort + (index % AT_ADDRESS);
  node.listen(port, addresses[Math.floor(index / AT_ADDRESS)]);
  nodes.push(node);
}
await Promise.all(nodes.map((node) => once(node, "ready")));
console.log("ready");

for await (const _ of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(nodes.map((node) => node.toJSON().values)));
}
