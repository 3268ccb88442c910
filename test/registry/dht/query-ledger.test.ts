import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBencode, type Bencoded } from "../../../agent/registry/dht/bencode.ts";
import { QueryLedger } from "../../../agent/registry/dht/query-ledger.ts";
import { decodeReply, encodeReply, type Reply } from "../../../agent/registry/dht/reply.ts";
import { VALUE_BYTES } from "../../../agent/registry/dht/entry.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";

const FIRST = { address: "198.51.100.1", port: 6_881 };
const NODE = { address: "198.51.100.2", port: 6_881 };
const ID = Buffer.alloc(20, 7);

const fields = (...entries: readonly (readonly [string, Bencoded])[]): ReadonlyMap<string, Bencoded> =>
  new Map(entries);
const text = (value: string): Buffer => Buffer.from(value, "latin1");

function query(transaction = "aa"): Buffer {
  return encodeBencode(
    fields(["a", fields(["id", ID])], ["q", text("ping")], ["t", text(transaction)], ["y", text("q")]),
  );
}

function reply(transaction = "aa", ...more: readonly (readonly [string, Bencoded])[]): Buffer {
  return encodeBencode(
    fields(["r", fields(["id", ID], ...more)], ["t", text(transaction)], ["y", text("r")]),
  );
}

//
describe("a query", () => {
  const refusals = (ledger: QueryLedger, to: Endpoint): unknown => ledger.query(query(), to);

  it("leaves with the mark of one who serves nobody", () => {
    const sent = new QueryLedger([FIRST]).query(query(), NODE);
    if ("refusal" in sent) throw new Error(sent.refusal);
    expect(Buffer.from(sent.bytes)).toEqual(
      encodeBencode(
        fields(
          ...[["a", fields(["id", ID])] as const, ["q", text("ping")] as const, ["ro", 1] as const],
          ...[["t", text("aa")] as const, ["y", text("q")] as const],
        ),
      ),
    );
  });

  it("does not leave for what a node says of this host's own network, unless the first nodes are there themselves", () => {
    for (const address of [
      "10.0.0.1",
      "192.168.1.1",
      "127.0.0.1",
      "169.254.1.1",
      "255.255.255.255",
      "0.0.0.0",
    ])
      expect(refusals(new QueryLedger([FIRST]), { address, port: 6_881 })).toEqual({ refusal: "address" });
    const own = new QueryLedger([{ address: "10.0.0.1", port: 6_881 }]);
    expect(refusals(own, { address: "10.0.0.2", port: 6_881 })).toHaveProperty("bytes");
    expect(refusals(own, { address: "127.0.0.1", port: 6_881 })).toEqual({ refusal: "address" });
  });

  it("does not leave for a port of a known service, nor for a fifth node at one address", () => {
    const ledger = new QueryLedger([FIRST]);
    expect(refusals(ledger, { ...NODE, port: 53 })).toEqual({ refusal: "port" });
    for (let port = 6_881; port < 6_885; port++) {
      expect(refusals(ledger, { ...NODE, port })).toHaveProperty("bytes");
      ledger.reply(reply("aa"), { ...NODE, port });
    }
    expect(refusals(ledger, { ...NODE, port: 6_885 })).toEqual({ refusal: "too-many-at-address" });
    expect(refusals(ledger, { ...NODE, port: 6_884 })).toHaveProperty("bytes");
  });

  it("does not leave for a ninth port of an address, of which seven are wrong ones that somebody named", () => {
    const ledger = new QueryLedger([FIRST]);
    for (let port = 6_881; port < 6_889; port++) {
      expect(ledger.allows({ ...NODE, port })).toBe(true);
      expect(refusals(ledger, { ...NODE, port })).toHaveProperty("bytes");
    }
    expect(ledger.reply(reply("aa"), { ...NODE, port: 6_888 })).toHaveProperty("bytes");
    expect(ledger.allows({ ...NODE, port: 6_889 })).toBe(false);
    expect(refusals(ledger, { ...NODE, port: 6_889 })).toEqual({ refusal: "too-many-at-address" });
  });

  it("is one of 2,000 at most, however many nodes are named", () => {
    const ledger = new QueryLedger([FIRST]);
    const send = (number: number): unknown =>
      refusals(ledger, { address: `198.18.${number >> 8}.${number & 255}`, port: 6_881 });
    for (let number = 0; number < 2_000; number++) expect(send(number)).toHaveProperty("bytes");
    expect(send(2_000)).toEqual({ refusal: "too-many" });
  });

  it("is a query: this host answers none", () => {
    expect(new QueryLedger([FIRST]).query(reply(), NODE)).toEqual({ refusal: "not-a-query" });
  });
});

//
describe("a reply", () => {
  const asked = (): QueryLedger => {
    const ledger = new QueryLedger([FIRST]);
    ledger.query(query("aa"), NODE);
    return ledger;
  };

  it("is let in once, from where it was asked for, under the number that it was asked by", () => {
    const ledger = asked();
    expect(ledger.reply(reply("ab"), NODE)).toEqual({ refusal: "not-asked" });
    expect(ledger.reply(reply("aa"), { ...NODE, port: 6_882 })).toEqual({ refusal: "not-asked" });
    expect(ledger.reply(reply("aa"), FIRST)).toEqual({ refusal: "not-asked" });
    expect(ledger.reply(reply("aa"), NODE)).toEqual({ bytes: reply("aa") });
    expect(ledger.reply(reply("aa"), NODE)).toEqual({ refusal: "not-asked" });
    expect(ledger.answered).toBe(1);
  });

  it("is no query, and nothing that is malformed", () => {
    for (const bytes of [query("aa"), text("l-3:"), text("d"), Buffer.alloc(3_000), text("de"), text("i1e")])
      expect(asked().reply(bytes, NODE)).toEqual({ refusal: "malformed" });
  });

  it("comes through as what this host has a use for, and nothing else", () => {
    const value = Buffer.alloc(VALUE_BYTES, 1);
    const item = [
      ["k", Buffer.alloc(32, 2)],
      ["seq", 5],
      ["sig", Buffer.alloc(64, 3)],
      ["v", value],
    ] as const;
    const nodes = Buffer.alloc(26 * 21 + 3, 9);
    const others = [["values", [text("x")]] as const, ["token", text("t".repeat(41))] as const];
    expect(asked().reply(reply("aa", ...item, ["nodes", nodes], ...others), NODE)).toEqual({
      bytes: reply("aa", ...item, ["nodes", nodes.subarray(0, 26 * 20)]),
    });
  });

  it("brings no value that can be none of ours", () => {
    const whole: Record<string, Bencoded> = {
      k: Buffer.alloc(32, 2),
      seq: 5,
      sig: Buffer.alloc(64, 3),
      v: Buffer.alloc(VALUE_BYTES, 1),
    };
    const wrong: readonly (readonly [string, Bencoded])[] = [
      ...(["k", "sig", "v"] as const).map((key) => [key, Buffer.alloc(31)] as const),
      ...(["k", "sig", "v"] as const).map((key) => [key, 7] as const),
      ...([-1, text("5")] as const).map((seq) => ["seq", seq] as const),
      ["v", fields(["a", 1])],
    ];
    for (const [key, value] of wrong)
      expect(asked().reply(reply("aa", ...Object.entries({ ...whole, [key]: value })), NODE)).toEqual({
        bytes: reply("aa"),
      });
  });

  it("has one form in which it comes through, whatever form it had", () => {
    const bytes = (length: number): fc.Arbitrary<Buffer> =>
      fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));
    const item = fc.record({
      value: bytes(VALUE_BYTES),
      publicKey: bytes(32),
      signature: bytes(64),
      sequence: fc.nat(),
    });
    const nodes = fc.nat(20).chain((count) => bytes(26 * count));
    const response = fc.record({
      kind: fc.constant("response" as const),
      id: bytes(20),
      nodes: fc.option(nodes, { nil: undefined }),
      token: fc.option(fc.nat(40).chain(bytes), { nil: undefined }),
      item: fc.option(item, { nil: undefined }),
    });
    const error = fc.record({ kind: fc.constant("error" as const), code: fc.nat(400) });
    fc.assert(
      fc.property(bytes(2), fc.oneof(response, error), (transaction, body) => {
        const one: Reply = { transaction, body };
        expect(decodeReply(encodeReply(one))).toEqual({ ok: true, value: one });
      }),
    );
  });
});
