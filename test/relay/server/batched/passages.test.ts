import { describe, expect, it } from "vitest";
import { Inbox } from "../../../../agent/relay/server/batched/inbox.ts";
import { passageFrom, passages } from "../../../../agent/relay/server/batched/passages.ts";
import { encodeSockaddr } from "../../../../agent/relay/server/batched/sockaddr.ts";
import type { Endpoint } from "../../../../protocol/endpoint.ts";
import { PaperLibc } from "./paper-libc.ts";

const A = { address: "192.0.2.1", port: 51_820 };
const B = { address: "2001:db8::2", port: 51_820 };

const route = (from: Endpoint, to: Endpoint) => ({ from: encodeSockaddr(from), to: encodeSockaddr(to) });
const both = passages({ a: route(A, B), b: route(B, A) });

/** Behind another one's, as they are in memory. */
function found(source: Endpoint) {
  const names = new Int32Array(16);
  new Uint8Array(names.buffer).set(encodeSockaddr(source), 32);
  const passage = passageFrom(both, names, 8);
  return passage && [passage.leg, passage.to.family, passage.to.nameBytes];
}

describe("a leg's data", () => {
  it("is told by the whole of its source", () => {
    expect(found(A)).toEqual(["a", "ipv6", 28]);
    expect(found(B)).toEqual(["b", "ipv4", 16]);
    expect(found({ ...A, port: 51_821 })).toBeUndefined();
    expect(found({ ...A, address: "192.0.2.3" })).toBeUndefined();
    expect(found({ ...B, address: "2001:db8::3" })).toBeUndefined();
    expect(found({ ...B, address: "2001:db8:1::2" })).toBeUndefined();
  });

  it("has no passage where none was named", () => {
    expect(passages({ a: undefined, b: undefined })).toEqual([]);
    expect(passages({ a: route(A, B), b: undefined }).map(({ leg }) => leg)).toEqual(["a"]);
  });

  it("is told from all else by its type and length alone", () => {
    //
    const libc = new PaperLibc();
    const inbox = new Inbox(libc);
    const takes = (type: number, bytes: number) => {
      libc.waiting.push({ source: A, type, bytes });
      expect(inbox.receive(5)).toBe(1);
      return inbox.passage(0, both)?.leg;
    };
    expect([takes(4, 32), takes(4, 1500)]).toEqual(["a", "a"]);
    expect([takes(4, 31), takes(4, 1501), takes(4, 0)]).toEqual([undefined, undefined, undefined]);
    expect([takes(1, 148), takes(0x01_00_00_04, 64)]).toEqual([undefined, undefined]);
    expect(inbox.receive(5)).toBe(0);
  });
});
