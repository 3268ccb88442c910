/**
 * Sends what a stranger may: random bytes, WireGuard's outside with a mac1 for nobody, STUN without integrity, in turns;
 * or, where it is given an IPv6 /48 such as "2001:db8:5", initiations from another /64 of it each.
 * Started as: node junk.ts <packets a second> <seconds> <sources, or "-"> <address> <port>...; prints how many were sent.
 */
import { createSocket, type Socket } from "node:dgram";
import { randomBytes, randomInt } from "node:crypto";
import { encodeStun } from "../../../protocol/stun/message.ts";

/** Coarser ticks would be bursts that overflow a socket's buffer, which is another test. */
const TICK_MS = 5;

function wireguard(type: number, length: number): Uint8Array {
  const bytes = randomBytes(length);
  bytes.writeUInt32LE(type);
  return bytes;
}

const KINDS: readonly (() => Uint8Array)[] = [
  () => randomBytes(randomInt(1, 1400)),
  () => wireguard(1, 148),
  () => wireguard(2, 92),
  () => wireguard(3, 64),
  () => wireguard(4, randomInt(32, 1400)),
  () =>
    encodeStun({
      class: "request",
      transactionId: randomBytes(12),
      attributes: { username: `${randomBytes(8).toString("hex")}:a` },
    }),
];

type Send = (index: number, port: number, address: string, onSent: (error: Error | null) => void) => void;

/** Of all kinds, from one socket. */
function sendKinds(socket: Socket): Send {
  return (index, port, address, onSent) =>
    socket.send(KINDS[index % KINDS.length]?.() ?? new Uint8Array(), port, address, onSent);
}

/** Initiations, with a socket for each. The host must allow addresses that it does not have (ip_nonlocal_bind). */
function sendFrom(sources: string): Send {
  return (index, port, address, onSent) => {
    // Without asking the resolver, which a thread of the pool would do.
    const socket = createSocket({ type: "udp6", lookup: (name, _, found) => found(null, name, 6) });
    const done = (error: Error | null): void => {
      socket.close();
      onSent(error);
    };
    socket.once("error", done);
    // Subnet 0 is the host's own.
    const subnet = (1 + (index % 0xffff)).toString(16);
    socket.bind({ address: `${sources}:${subnet}::1`, exclusive: true }, () =>
      socket.send(wireguard(1, 148), port, address, done),
    );
  };
}

/** To all ports, at an even rate. Returns how many the kernel took. */
async function flood(
  perSec: number,
  seconds: number,
  send: Send,
  address: string,
  ports: readonly number[],
): Promise<number> {
  const total = perSec * seconds;
  const startedAt = performance.now();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let sent = 0;
  let settled = 0;
  let taken = 0;
  const onSent = (error: Error | null): void => {
    if (error === null) taken++;
    if (++settled === total) resolve(undefined);
  };
  const ticking = setInterval(() => {
    const due = Math.min(total, ((performance.now() - startedAt) / 1000) * perSec);
    for (; sent < due; sent++) {
      send(sent, ports[Math.floor(sent / KINDS.length) % ports.length] ?? 0, address, onSent);
    }
  }, TICK_MS);
  await promise;
  clearInterval(ticking);
  return taken;
}

if (import.meta.main) {
  const [perSec = "0", seconds = "0", sources = "-", address = "", ...ports] = process.argv.slice(2);
  const socket = createSocket("udp4");
  const send = sources === "-" ? sendKinds(socket) : sendFrom(sources);
  const sent = await flood(Number(perSec), Number(seconds), send, address, ports.map(Number));
  socket.close();
  process.stdout.write(`${sent}\n`);
}
