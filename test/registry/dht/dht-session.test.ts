import { createHash, sign } from "node:crypto";
import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { decodeBencode, encodeBencode, type Bencoded } from "../../../agent/registry/dht/bencode.ts";
import { DhtSession } from "../../../agent/registry/dht/dht-session.ts";
import type { DatagramSocket } from "../../../agent/registry/dht/dht-socket.ts";
import { VALUE_BYTES } from "../../../agent/registry/dht/entry.ts";
import { dhtSecretOf, slotAt, type Slot } from "../../../agent/registry/dht/slot.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { seededRandom } from "../../support/seeded-random.ts";

const SECRET = dhtSecretOf(1, new Uint8Array(32).fill(1));
const SLOT = slotAt(SECRET, 245_000, 0);
const FIRST = { address: "198.18.0.0", port: 6_881 };
const FOREVER = new AbortController().signal;

type Fields = ReadonlyMap<string, Bencoded>;
const text = (value: string): Buffer => Buffer.from(value, "latin1");
const fields = (entries: Readonly<Record<string, Bencoded>>): Fields => new Map(Object.entries(entries));

type Node = Endpoint & { readonly id: Buffer };
type Query = { readonly transaction: Buffer; readonly name: string; readonly arguments: Fields };
/** What comes back, and from where. */
type Datagrams = readonly { readonly bytes: Buffer; readonly from?: Endpoint }[];

/** Two hundred nodes on paper. */
const NODES: readonly Node[] = Array.from({ length: 200 }, (_, index) => ({
  id: createHash("sha1").update(`node ${index}`).digest(),
  address: `198.18.0.${index}`,
  port: 6_881,
}));

function closestTo(target: Buffer): readonly Node[] {
  const distance = ({ id }: Node): string =>
    Buffer.from(id.map((byte, at) => byte ^ (target[at] ?? 0))).toString("hex");
  return NODES.toSorted((a, b) => (distance(a) < distance(b) ? -1 : 1)).slice(0, 8);
}

function compact({ id, address, port }: Node): Buffer {
  const end = Buffer.alloc(6);
  end.set(address.split(".").map(Number));
  end.writeUInt16BE(port, 4);
  return Buffer.concat([id, end]);
}

/** In the place of a socket; what `answer` gives for a query comes in at once. */
class PaperSocket extends EventEmitter implements DatagramSocket {
  readonly sent: Query[] = [];
  readonly #answer: (query: Query, to: Endpoint) => Datagrams;

  constructor(answer: (query: Query, to: Endpoint) => Datagrams) {
    super();
    this.#answer = answer;
  }

  send(bytes: Uint8Array, port: number, address: string): void {
    const decodedQuery = decodeBencode(bytes);
    if (!decodedQuery.ok || !(decodedQuery.value instanceof Map)) throw new Error("no query");
    const message = decodedQuery.value as Fields;
    const query = {
      transaction: message.get("t") as Buffer,
      name: (message.get("q") as Buffer).toString(),
      arguments: message.get("a") as Fields,
    };
    this.sent.push(query);
    for (const { bytes: answer, from = { address, port } } of this.#answer(query, { address, port }))
      queueMicrotask(() => this.emit("message", answer, from));
  }

  close(done: () => void): void {
    queueMicrotask(done);
  }
}

function honest(
  { transaction, arguments: asked }: Query,
  { address }: Endpoint,
  more: Fields = fields({}),
): Buffer {
  const node = NODES.find((one) => one.address === address);
  const target = asked.get("target");
  const nodes = Buffer.isBuffer(target) ? { nodes: Buffer.concat(closestTo(target).map(compact)) } : {};
  const r = { id: node?.id ?? Buffer.alloc(20), token: text("tokn"), ...nodes, ...Object.fromEntries(more) };
  return encodeBencode(fields({ r: fields(r), t: transaction, y: text("r") }));
}

function itemIn({ publicKey, privateKey }: Slot, value: Buffer, seq: number): Fields {
  const signed = Buffer.concat([text(`3:seqi${seq}e1:v${value.length}:`), value]);
  return fields({ k: Buffer.from(publicKey), seq, sig: sign(null, signed, privateKey), v: value });
}

/** What the library threw in the session's face. */
const failures: unknown[] = [];
const LOG = {
  trace: () => undefined,
  debug: (...failure: readonly unknown[]) => void failures.push(failure),
};

function open(socket: PaperSocket): ReturnType<ReturnType<typeof DhtSession.opener>> {
  const openSocket = (): DatagramSocket => socket;
  return DhtSession.opener({ log: LOG, random: seededRandom(2), openSocket })([FIRST], []);
}

//
describe("a session with the DHT", () => {
  const value = Buffer.alloc(VALUE_BYTES, 1);

  it("finds what the closest nodes have, the newest of it, and writes to them in its place", async () => {
    const holders = closestTo(Buffer.from(SLOT.target)).map(({ address }) => address);
    const socket = new PaperSocket((query, to) => {
      const index = holders.indexOf(to.address);
      const item = index === -1 || query.name !== "get" ? undefined : itemIn(SLOT, value, 5 + index);
      return [{ bytes: honest(query, to, item) }];
    });
    await using session = await open(socket);
    const heard: number[] = [];
    const found = await session.get(SLOT, FOREVER, ({ sequence }) => heard.push(sequence));
    expect(found?.sequence).toBe(12);
    expect(heard.at(-1)).toBe(12);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    expect(Buffer.from(found?.value ?? [])).toEqual(value);
    const nodes = await session.put(SLOT, { value, sequence: 13 }, found, FOREVER);
    expect(nodes).toBeGreaterThanOrEqual(8);
    const puts = socket.sent.filter(({ name }) => name === "put");
    expect(puts.map(({ arguments: put }) => [put.get("seq"), put.get("cas")])).toEqual(
      puts.map(() => [13, 12]),
    );
    expect(session.answered).toBeGreaterThanOrEqual(8);
    expect(session.known.length).toBeGreaterThanOrEqual(8);
  });

  it("takes nothing that whoever has not the slot's key has made", async () => {
    const other = slotAt(SECRET, 245_000, 1);
    const forged = new Map([...itemIn(SLOT, value, 9), ["v", Buffer.alloc(VALUE_BYTES, 2)]]);
    const lies = [itemIn(other, value, 99), forged, fields({ v: value })];
    let told = 0;
    const socket = new PaperSocket((query, to) => [{ bytes: honest(query, to, lies[told++ % lies.length]) }]);
    await using session = await open(socket);
    expect(await session.get(SLOT, FOREVER)).toBeUndefined();
    expect(told).toBeGreaterThanOrEqual(8);
  });

  it("bears 5,000 datagrams that are mutated, forged, repeated or noise, without an exception", async () => {
    const random = seededRandom(1);
    const pick = (below: number): number => Math.floor(random.fraction() * below);
    const words = [
      "l-3:",
      "d1:ad",
      "i-1e",
      "0:",
      "d2:id20:",
      "e",
      "le",
      "99999:",
      "1:y1:q",
      "d1:rd2:idi5ee1:t2:aa1:y1:re",
    ];
    const mutated = (whole: Buffer, transaction: Buffer): Buffer => {
      const copy = Buffer.from(whole);
      for (let changes = pick(4); changes >= 0; changes--) copy[pick(copy.length)] = pick(256);
      const at = pick(copy.length);
      const word = text(words[pick(words.length)] ?? "");
      const forms = [
        copy,
        copy.subarray(0, at),
        Buffer.concat([copy.subarray(0, at), word, copy.subarray(at)]),
        Buffer.concat([word, copy]),
        encodeBencode(fields({ e: [pick(400), word], t: transaction, y: text("e") })),
        encodeBencode(fields({ a: fields({ id: 5, target: 5 }), q: word, t: transaction, y: text("q") })),
        Buffer.from(random.bytes(pick(200))),
      ];
      return forms[pick(forms.length)] ?? copy;
    };
    let datagrams = 0;
    for (let round = 0; datagrams < 5_000; round++) {
      const slot = slotAt(SECRET, 245_000, round);
      const near = closestTo(Buffer.from(slot.target)).map(({ address }) => address);
      const socket = new PaperSocket((query, to) => {
        const item = near.includes(to.address) ? itemIn(slot, value, 5) : undefined;
        const one = honest(query, to, item);
        const stranger = { address: "198.18.0.9", port: pick(65_536) };
        const lies = Array.from({ length: 20 }, () => ({ bytes: mutated(one, query.transaction) }));
        datagrams += lies.length + 2;
        // The first that can be read is the answer: one node in three has nothing but lies, the first node aside.
        const isLiar = to.address !== FIRST.address && pick(3) === 0;
        return [{ bytes: one, from: stranger }, ...(isLiar ? lies : [{ bytes: one }, ...lies])];
      });
      const session = await open(socket);
      const enough = new AbortController();
      // Who never answers is given up by the library's own clock, which nobody waits for here.
      const ended = session.get(slot, enough.signal);
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(session.answered).toBeGreaterThan(0);
      enough.abort();
      await ended;
      await session[Symbol.asyncDispose]();
    }
    expect(failures).toEqual([]);
  });

  it("asks 160 times at most where each node names others that are closer still", async () => {
    let named = 0;
    const socket = new PaperSocket((query, to) => {
      const invented = Array.from({ length: 20 }, () => {
        named++;
        const id = Buffer.from(SLOT.target);
        id.writeUInt32BE((id.readUInt32BE(12) ^ (0xff_ff_ff - named)) >>> 0, 12);
        return { id, address: `198.19.${(named >> 8) & 255}.${named & 255}`, port: 6_881 + (named >> 16) };
      });
      return [{ bytes: honest(query, to, fields({ nodes: Buffer.concat(invented.map(compact)) })) }];
    });
    await using session = await open(socket);
    const enough = new AbortController();
    const ended = session.get(SLOT, enough.signal);
    expect(await ended).toBeUndefined();
    enough.abort();
    expect(session.asked).toBeLessThanOrEqual(160);
    expect(session.known.length).toBeLessThanOrEqual(64);
  });
});
