import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { StunSocket } from "../../agent/nat/stun-socket.ts";
import type { Random } from "../../agent/random.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { seededRandom } from "../support/seeded-random.ts";

type Received = { readonly bytes: Uint8Array; readonly from: Endpoint };

const open: AsyncDisposable[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one[Symbol.asyncDispose]()));
  for (const socket of sockets.splice(0)) socket.close();
});

async function openSocket(
  random: Random,
  receive: (received: Received) => void = () => undefined,
): Promise<StunSocket> {
  const socket = await StunSocket.open(random, silentLogger, (bytes, from) => receive({ bytes, from }));
  open.push(socket);
  return socket;
}

async function plainSocket(type: "udp4" | "udp6", port = 0): Promise<Socket> {
  const socket = createSocket({ type, ipv6Only: type === "udp6" });
  sockets.push(socket);
  socket.bind(port, type === "udp4" ? "0.0.0.0" : "::");
  await once(socket, "listening");
  return socket;
}

/** Real ports are shared with everything else on this machine: the seed varies by process. */
const random = (): Random => seededRandom(process.pid);

describe("the agent's STUN socket", () => {
  it.each([
    ["udp4", "127.0.0.1"],
    ["udp6", "::1"],
  ] as const)("sends to and receives from %s on one port", async (type, address) => {
    const { promise, resolve } = Promise.withResolvers<Received>();
    const socket = await openSocket(random(), resolve);
    const peer = await plainSocket(type);
    const arrived = once(peer, "message") as Promise<[Buffer, { address: string; port: number }]>;
    socket.send(Uint8Array.from([1, 2, 3]), { address, port: peer.address().port });
    const [bytes, from] = await arrived;
    expect([...bytes]).toEqual([1, 2, 3]);
    expect(from.port).toBe(socket.port);
    peer.send(Uint8Array.from([4]), socket.port, address);
    const received = await promise;
    expect([...received.bytes]).toEqual([4]);
    expect(received.from).toEqual({ address, port: peer.address().port });
  });

  it("takes another port where one family has its first choice taken", async () => {
    const first = await openSocket(random());
    await first[Symbol.asyncDispose]();
    await plainSocket("udp6", first.port);
    const second = await openSocket(random());
    expect(second.port).not.toBe(first.port);
  });

  it("never throws for a packet that cannot be sent: no route, port 0, closed", async () => {
    const socket = await openSocket(random());
    const bytes = Uint8Array.from([1]);
    expect(() => socket.send(bytes, { address: "127.0.0.1", port: 0 })).not.toThrow();
    expect(() => socket.send(bytes, { address: "2001:db8::1", port: 9 })).not.toThrow();
    await socket[Symbol.asyncDispose]();
    expect(() => socket.send(bytes, { address: "127.0.0.1", port: 9 })).not.toThrow();
    await socket[Symbol.asyncDispose]();
  });
});
