import { createSocket, type Socket } from "node:dgram";
import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../agent/clock.ts";
import { silentLogger } from "../../../agent/log.ts";
import { systemRandom } from "../../../agent/random.ts";
import type { ForwarderAllocation, ForwarderEvents } from "../../../agent/relay/server/forwarder.ts";
import { batchedPortOpener } from "../../../agent/relay/server/batched/port-opener.ts";
import type { Carrier, Routes } from "../../../agent/relay/server/carrier.ts";
import { bindingUsername } from "../../../agent/relay/server/leg-binding.ts";
import type { LegName } from "../../../agent/relay/server/leg.ts";
import {
  udpPortOpener,
  type OpenUdpPort,
  type UdpPortHandlers,
} from "../../../agent/relay/server/udp-port.ts";
import { BURST_BYTES } from "../../../agent/relay/server/token-bucket.ts";
import { UserspaceForwarder } from "../../../agent/relay/server/userspace-forwarder.ts";
import { decoded, refused } from "../../../protocol/decoded.ts";
import { familyOf, type Endpoint } from "../../../protocol/endpoint.ts";
import { parseId, type AllocationId } from "../../../protocol/ids.ts";
import type { StunAttributes } from "../../../protocol/stun/attributes.ts";
import { decodeStun, encodeStun, type ReceivedStun } from "../../../protocol/stun/message.ts";
import { data, initiation, response } from "./packets.ts";

const KEY = { a: new Uint8Array(32).fill(0xa), b: new Uint8Array(32).fill(0xb) };
const LEG_KEY = { a: new Uint8Array(32).fill(1), b: new Uint8Array(32).fill(2) };
const LOOPBACK = { ipv4: "127.0.0.1", ipv6: "::1" };

function allocation(digit: string): ForwarderAllocation {
  const id = parseId<AllocationId>(digit.repeat(32));
  if (!id.ok) throw new Error(id.reason);
  const leg = (name: LegName) => ({ wireguardKey: KEY[name], legKey: LEG_KEY[name] });
  return { id: id.value, legs: { a: leg("a"), b: leg("b") } };
}

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

type Event = readonly [name: string, ...unknown[]];

function forwarder(
  options: {
    ports?: { first: number; last: number };
    allowLoopback?: boolean;
    openPort?: OpenUdpPort;
    bandwidthBps?: number | undefined;
  } = {},
) {
  const events: Event[] = [];
  const record: ForwarderEvents = {
    legConfirmed: (_id, leg, _endpoint, proof) => events.push(["confirmed", leg, proof]),
    legLost: (_id, leg) => events.push(["lost", leg]),
    legAlive: (_id, leg) => events.push(["alive", leg]),
    failed: (id, error) => events.push(["failed", id, error.message]),
  };
  const made = new UserspaceForwarder(
    {
      clock: systemClock,
      random: systemRandom,
      openPort: options.openPort ?? udpPortOpener(LOOPBACK),
      events: record,
    },
    {
      ports: options.ports ?? { first: 40_000, last: 49_999 },
      allowLoopback: options.allowLoopback ?? true,
      bandwidthBps: options.bandwidthBps,
    },
  );
  open.push(made);
  return { made, events };
}

/** A host with one socket; packets are read in the order in which they came. */
class Host implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #address: string;
  readonly #inbox: Uint8Array[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.#address = address;
    socket.on("message", (bytes) => {
      this.#inbox.push(new Uint8Array(bytes));
      this.#wake();
    });
  }

  static async at(address: string): Promise<Host> {
    const socket = createSocket(familyOf(address) === "ipv4" ? "udp4" : "udp6");
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    const host = new Host(socket, address);
    open.push(host);
    return host;
  }

  get endpoint(): Endpoint {
    return { address: this.#address, port: this.#socket.address().port };
  }

  send(port: number, bytes: Uint8Array): void {
    this.#socket.send(bytes, port, this.#address);
  }

  async next(): Promise<Uint8Array> {
    for (;;) {
      const bytes = this.#inbox.shift();
      if (bytes !== undefined) return bytes;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  get unread(): number {
    return this.#inbox.length;
  }

  async stun(port: number, leg: LegName, id: AllocationId, more: StunAttributes = {}): Promise<ReceivedStun> {
    const attributes = { username: bindingUsername(id, leg), ...more };
    const transactionId = systemRandom.bytes(12);
    this.send(port, encodeStun({ class: "request", transactionId, attributes }, LEG_KEY[leg]));
    const reply = decodeStun(await this.next());
    if (!reply.ok) throw new Error(reply.reason);
    return reply.value;
  }

  async bind(port: number, leg: LegName, id: AllocationId): Promise<void> {
    const challenge = await this.stun(port, leg, id);
    const { nonce } = challenge.attributes;
    expect(challenge.attributes.errorCode?.code).toBe(401);
    const bound = await this.stun(port, leg, id, nonce === undefined ? {} : { nonce });
    expect(bound.attributes.xorMappedAddress).toEqual(this.endpoint);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }
}

async function opened(made: UserspaceForwarder, one: ForwarderAllocation): Promise<number> {
  const port = await made.open(one);
  if (!port.ok) throw new Error(port.reason);
  return port.value;
}

const OPENERS: readonly (readonly [name: string, openPort: OpenUdpPort])[] = [
  ["node:dgram", udpPortOpener(LOOPBACK)],
  ["packets in batches", batchedPortOpener({ addresses: LOOPBACK, log: silentLogger })],
];

//
describe.each(OPENERS)("after its predecessor was killed, with %s", (_, openPort) => {
  it("relays between the legs that it had confirmed at once, on the same port", async () => {
    const [a, b] = [await Host.at("127.0.0.1"), await Host.at("127.0.0.1")];
    const first = forwarder({ openPort }).made;
    const port = await first.open(allocation("1"));
    if (!port.ok) throw new Error(port.reason);
    await first.close(allocation("1").id);
    const { made } = forwarder({ openPort });
    const held = { port: port.value, endpoints: { a: a.endpoint, b: b.endpoint } };
    expect([...(await made.resume([{ ...allocation("1"), held }]))]).toEqual([allocation("1").id]);
    expect(made.held(allocation("1").id)).toEqual(held);
    a.send(port.value, data(7));
    expect(await b.next()).toEqual(data(7));
  });

  it("gives up what has no port any more, and only that", async () => {
    const { made } = forwarder({ ports: { first: 40_000, last: 40_001 }, openPort: taken(40_001) });
    const held = (port: number) => ({ port, endpoints: { a: undefined, b: undefined } });
    const resumed = await made.resume([
      { ...allocation("1"), held: held(39_999) }, // no longer a port of ours
      { ...allocation("2"), held: held(40_000) },
      { ...allocation("3"), held: held(40_000) },
      { ...allocation("4"), held: held(40_001) },
    ]);
    expect([...resumed]).toEqual([allocation("2").id]);
    expect(made.status(allocation("4").id)).toBeUndefined();
  });
});

/** A host on which somebody else has the port. */
function taken(one: number): OpenUdpPort {
  return (number) =>
    Promise.resolve(
      number === one
        ? refused("port-taken")
        : decoded({ number, send: () => undefined, close: () => Promise.resolve() }),
    );
}

describe.each(OPENERS)("the userspace forwarder with %s", (_, openPort) => {
  it("learns both ends from a handshake and relays their packets unmodified", async () => {
    //
    const { made, events } = forwarder({ openPort });
    const one = allocation("1");
    const port = await opened(made, one);
    const [a, b] = [await Host.at("127.0.0.1"), await Host.at("127.0.0.1")];
    a.send(port, initiation(1, KEY.b));
    b.send(port, initiation(7, KEY.a));
    expect(await a.next()).toEqual(initiation(7, KEY.a));
    a.send(port, response(2, 7, KEY.b));
    expect(await b.next()).toEqual(response(2, 7, KEY.b));
    b.send(port, data(2));
    expect(await a.next()).toEqual(data(2));
    a.send(port, data(7));
    expect(await b.next()).toEqual(data(7));
    const large = data(1, 1500, 0x5a);
    b.send(port, large);
    expect(await a.next()).toEqual(large);
    expect(events).toEqual([
      ["confirmed", "b", "handshake"],
      ["confirmed", "a", "handshake"],
    ]);
    const status = {
      port,
      endpoints: { a: a.endpoint, b: b.endpoint },
      counters: {
        a: { rxPackets: 2, rxBytes: 92 + 32, txPackets: 3, txBytes: 148 + 32 + 1500 },
        b: { rxPackets: 3, rxBytes: 148 + 32 + 1500, txPackets: 2, txBytes: 92 + 32 },
      },
    };
    // What sends counts after it, and may be another thread.
    await vi.waitFor(() => expect(made.status(one.id)).toMatchObject(status));
  });

  it("relays between a leg on IPv4 and one on IPv6, bound by STUN before any WireGuard packet", async () => {
    //
    const { made, events } = forwarder({ openPort });
    const one = allocation("2");
    const port = await opened(made, one);
    const [a, b] = [await Host.at("127.0.0.1"), await Host.at("::1")];
    await a.bind(port, "a", one.id);
    await b.bind(port, "b", one.id);
    a.send(port, initiation(1, KEY.b));
    expect(await b.next()).toEqual(initiation(1, KEY.b));
    b.send(port, response(2, 1, KEY.a));
    expect(await a.next()).toEqual(response(2, 1, KEY.a));
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      from.send(port, data(2, 1400));
      from.send(port, data(3, 32));
      expect(await to.next()).toEqual(data(2, 1400));
      expect(await to.next()).toEqual(data(3, 32));
    }
    const alive = await a.stun(port, "a", one.id);
    expect(alive).toMatchObject({ class: "success", attributes: { xorMappedAddress: a.endpoint } });
    expect(events).toEqual([
      ["confirmed", "a", "stun"],
      ["alive", "a"],
      ["confirmed", "b", "stun"],
      ["alive", "b"],
      ["alive", "a"],
    ]);
  });

  it("follows a leg that binds anew from elsewhere, and loses nothing in flight", async () => {
    //
    const { made } = forwarder({ openPort });
    const one = allocation("3");
    const port = await opened(made, one);
    const [old, moved, b] = [
      await Host.at("127.0.0.1"),
      await Host.at("127.0.0.1"),
      await Host.at("127.0.0.1"),
    ];
    await old.bind(port, "a", one.id);
    await b.bind(port, "b", one.id);
    await moved.bind(port, "a", one.id);
    old.send(port, data(2, 40));
    expect(await b.next()).toEqual(data(2, 40));
    b.send(port, data(1, 48));
    expect(await moved.next()).toEqual(data(1, 48));
    moved.send(port, data(2, 56));
    expect(await b.next()).toEqual(data(2, 56));
    old.send(port, data(2, 64));
    moved.send(port, data(2, 72));
    expect(await b.next()).toEqual(data(2, 72));
    expect(old.unread).toBe(0);
  });

  it("is silent to strangers and counts why", async () => {
    const { made } = forwarder({ openPort });
    const one = allocation("4");
    const port = await opened(made, one);
    const [stranger, a, b] = [
      await Host.at("127.0.0.1"),
      await Host.at("127.0.0.1"),
      await Host.at("127.0.0.1"),
    ];
    await a.bind(port, "a", one.id);
    await b.bind(port, "b", one.id);
    const plain = { class: "request", transactionId: new Uint8Array(12), attributes: {} } as const;
    stranger.send(port, encodeStun(plain));
    stranger.send(port, encodeStun({ ...plain, class: "success" }));
    stranger.send(port, new TextEncoder().encode("hello"));
    stranger.send(port, data(2));
    a.send(port, data(2, 1501));
    a.send(port, data(2));
    expect(await b.next()).toEqual(data(2));
    expect(stranger.unread).toBe(0);
    // Where packets go in batches, those of strangers are looked at after those of the legs.
    await expect
      .poll(() => Object.fromEntries(made.status(one.id)?.drops ?? []))
      .toEqual({
        "stun-unauthenticated": 1,
        "stun-malformed": 1,
        "not-wireguard": 1,
        unsolicited: 1,
        "too-long": 1,
      });
  });

  it("keeps allocations apart: closing one frees its port and touches no other", async () => {
    //
    const { made } = forwarder({ openPort });
    const [one, two] = [allocation("5"), allocation("6")];
    const [first, second] = [await opened(made, one), await opened(made, two)];
    const [a, b] = [await Host.at("127.0.0.1"), await Host.at("127.0.0.1")];
    await a.bind(second, "a", two.id);
    await b.bind(second, "b", two.id);
    await made.close(one.id);
    await made.close(one.id);
    expect(made.status(one.id)).toBeUndefined();
    const again = await udpPortOpener(LOOPBACK)(first, deaf, {});
    expect(again.ok).toBe(true);
    if (again.ok) await again.value.close();
    a.send(second, data(2));
    expect(await b.next()).toEqual(data(2));
  });

  // R-1201
  it("gives an invite's allocation the same port again, whichever others it has given since", async () => {
    const one: ForwarderAllocation = { ...allocation("1"), guest: "b" };
    const first = forwarder({ openPort }).made;
    const port = await opened(first, one);
    await first.close(one.id);
    await opened(first, allocation("2"));
    expect(await opened(first, one)).toBe(port);
    await first.close(one.id);
    expect(await opened(forwarder({ openPort }).made, one)).toBe(port);
  });

  it("passes over numbers that are taken, and says so when all are", async () => {
    const taken = await Host.at("127.0.0.1");
    const { port } = taken.endpoint;
    const ports = { first: port, last: port };
    const { made } = forwarder({ ports, openPort });
    expect(await made.open(allocation("7"))).toEqual({ ok: false, reason: "ports-exhausted" });
    await taken[Symbol.asyncDispose]();
    open.splice(open.indexOf(taken), 1);
    expect(await made.open(allocation("7"))).toEqual({ ok: true, value: port });
    expect(await made.open(allocation("8"))).toEqual({ ok: false, reason: "ports-exhausted" });
  });

  it("takes a number as taken when it is so on one of the families only", async () => {
    const taken = await Host.at("::1");
    const { port } = taken.endpoint;
    expect(await openPort(port, deaf, {})).toEqual({ ok: false, reason: "port-taken" });
  });

  it("relays no more than the bandwidth of the allocation and of all together", async () => {
    //
    for (const [own, shared] of [
      [8, undefined],
      [undefined, 8],
    ]) {
      const { made } = forwarder({ openPort, bandwidthBps: shared });
      const one = { ...allocation("a"), bandwidthBps: own };
      const port = await opened(made, one);
      const [a, b] = [await Host.at("127.0.0.1"), await Host.at("127.0.0.1")];
      await a.bind(port, "a", one.id);
      await b.bind(port, "b", one.id);
      const fits = Math.floor(BURST_BYTES / 1400);
      // In portions that every socket's buffer holds.
      for (let sent = 0; sent < fits + 20; sent += 20) {
        for (let i = 0; i < 20; i++) a.send(port, data(2, 1400));
        await vi.waitFor(() => {
          const status = made.status(one.id);
          const dropped = status?.drops.get("over-rate") ?? 0;
          expect((status?.counters.a.rxPackets ?? 0) + dropped).toBe(sent + 20);
        });
      }
      expect(made.status(one.id)?.counters.a.rxPackets).toBe(fits);
      await made.close(one.id);
    }
  });
});

describe("the userspace forwarder", () => {
  it("rejects, and keeps no number, where the host lets us open no socket", async () => {
    let mayOpen = false;
    const openPort: OpenUdpPort = (number) =>
      mayOpen
        ? Promise.resolve(decoded({ number, send: () => undefined, close: () => Promise.resolve() }))
        : Promise.reject(new Error("EMFILE"));
    const { made } = forwarder({ ports: { first: 1, last: 1 }, openPort });
    await expect(made.open(allocation("1"))).rejects.toThrow("EMFILE");
    mayOpen = true;
    expect((await made.open(allocation("1"))).ok).toBe(true);
  });
});

const deaf: UdpPortHandlers = {
  message: () => undefined,
  heard: () => undefined,
  undelivered: () => undefined,
  error: () => undefined,
};

/** A forwarder whose port is not a socket: `from` delivers as if from that source. */
async function withoutSockets(allowLoopback: boolean, bandwidthBps?: number, sharedBps?: number) {
  const handlers: UdpPortHandlers[] = [];
  const sent: Endpoint[] = [];
  let closed = 0;
  const openPort: OpenUdpPort = (number, given) => {
    if (number === 40_000) return Promise.resolve(refused("port-taken"));
    handlers.push(given);
    const close = (): Promise<void> => {
      closed += 1;
      return Promise.resolve();
    };
    return Promise.resolve(decoded({ number, send: (_bytes, to) => sent.push(to), close }));
  };
  const { made, events } = forwarder({ openPort, allowLoopback, bandwidthBps: sharedBps });
  const one = { ...allocation("9"), bandwidthBps };
  await opened(made, one);
  const [port] = handlers;
  if (port === undefined) throw new Error("no port");
  return { made, events, one, port, sent, closed: () => closed };
}

describe("a port that carries data by itself", () => {
  it("is told the legs as they are learned, gets what is relayed by hand, and says which leg it heard", async () => {
    const told: Routes[] = [];
    const relayed: string[] = [];
    const carrier: Carrier = {
      relay: (from, to, bytes) => relayed.push(`${from} to ${to.address}: ${bytes.length}`),
      carry: (routes) => told.push(routes),
      traffic: () => {
        const nothing = { rxPackets: 0, rxBytes: 0, txPackets: 0, txBytes: 0 };
        const counters = { a: { ...nothing, rxPackets: 3 }, b: nothing };
        return { counters, drops: new Map([["over-rate", 2] as const]) };
      },
    };
    const handlers: UdpPortHandlers[] = [];
    const openPort: OpenUdpPort = (number, given) => {
      handlers.push(given);
      const close = (): Promise<void> => Promise.resolve();
      return Promise.resolve(decoded({ number, send: () => undefined, carrier, close }));
    };
    const { made } = forwarder({ openPort, allowLoopback: false });
    const one = allocation("b");
    await opened(made, one);
    const [port] = handlers;
    if (port === undefined) throw new Error("no port");
    const [a, b] = [
      { address: "192.0.2.1", port: 1 },
      { address: "192.0.2.2", port: 2 },
    ];
    port.message(initiation(1, KEY.b), a);
    port.message(initiation(7, KEY.a), b);
    port.message(response(2, 7, KEY.b), a);
    expect(told).toEqual([]);
    port.message(data(2), b);
    expect(relayed).toEqual(["b to 192.0.2.1: 148", "a to 192.0.2.2: 92", "b to 192.0.2.1: 32"]);
    const both = { a: { from: a, to: b }, b: { from: b, to: a } };
    expect(told).toEqual([both]);
    port.heard("a");
    expect(told).toHaveLength(1);
    made.relearn(one.id, "b");
    expect(told.at(-1)).toEqual({ ...both, a: undefined });
    expect(made.status(one.id)).toMatchObject({ counters: { a: { rxPackets: 3 } } });
    port.undelivered("congested");
    expect(Object.fromEntries(made.status(one.id)?.drops ?? [])).toEqual({ "over-rate": 2, congested: 1 });
  });
});

describe("what is above the bandwidth", () => {
  //
  it.each([
    ["of the allocation", 8, undefined],
    ["of all together", undefined, 8],
  ])("%s is dropped and counted, not relayed", async (_, own, shared) => {
    const { made, one, port, sent } = await withoutSockets(false, own, shared);
    const [a, b] = [
      { address: "192.0.2.1", port: 1 },
      { address: "192.0.2.2", port: 2 },
    ];
    port.message(initiation(1, KEY.b), a);
    port.message(initiation(7, KEY.a), b);
    port.message(response(2, 7, KEY.b), a);
    port.message(data(2), b);
    port.message(data(7), a);
    const before = sent.length;
    const fits = Math.floor(BURST_BYTES / 1400) - 1; // the handshake took the rest
    for (let packets = 0; packets < fits + 5; packets += 1) port.message(data(7, 1400), a);
    const relayed = sent.length - before;
    expect(relayed).toBeGreaterThanOrEqual(fits);
    expect(made.status(one.id)?.drops.get("over-rate")).toBe(fits + 5 - relayed);
    expect(made.status(one.id)?.counters.a.rxBytes).toBeLessThanOrEqual(BURST_BYTES + 1);
  });
});

describe("sources that are never a leg", () => {
  //
  it.each([
    "127.0.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "169.254.169.254",
    "::1",
    "::",
    "ff02::1",
    "fe80::1",
    "::ffff:127.0.0.1",
  ])("%s", async (address) => {
    const { made, one, port } = await withoutSockets(false);
    port.message(initiation(1, KEY.b), { address, port: 5000 });
    expect(Object.fromEntries(made.status(one.id)?.drops ?? [])).toEqual({ "refused-source": 1 });
  });

  it.each([0, 17, 53, 123, 389, 1900, 5353, 11_211])("port %i", async (number) => {
    const { made, one, port } = await withoutSockets(true);
    port.message(initiation(1, KEY.b), { address: "198.51.100.1", port: number });
    expect(Object.fromEntries(made.status(one.id)?.drops ?? [])).toEqual({ "refused-source": 1 });
  });

  it("are told from others, also when loopback is allowed", async () => {
    const { made, one, port } = await withoutSockets(true);
    for (const address of ["127.0.0.1", "::1", "198.51.100.1", "10.0.0.1"]) {
      port.message(data(1), { address, port: 5000 });
    }
    port.message(data(1), { address: "169.254.169.254", port: 80 });
    expect(Object.fromEntries(made.status(one.id)?.drops ?? [])).toEqual({
      unsolicited: 4,
      "refused-source": 1,
    });
  });
});

describe("a port that breaks", () => {
  it("is closed and reported once, and what it still says is ignored", async () => {
    //
    const { made, events, one, port, sent, closed } = await withoutSockets(false);
    port.error(new Error("ENOBUFS"));
    port.error(new Error("ENOBUFS"));
    port.message(initiation(1, KEY.b), { address: "198.51.100.1", port: 5 });
    expect(events).toEqual([["failed", one.id, "ENOBUFS"]]);
    expect([made.status(one.id), sent, closed()]).toEqual([undefined, [], 1]);
  });

  it("counts what it could not send", async () => {
    const { made, one, port } = await withoutSockets(false);
    port.undelivered("congested");
    port.undelivered("send-failed");
    port.undelivered("send-failed");
    expect(Object.fromEntries(made.status(one.id)?.drops ?? [])).toEqual({ congested: 1, "send-failed": 2 });
  });
});
