/**
 * Sends what a stranger may: random bytes, WireGuard's outside with a mac1 for nobody, STUN without integrity, in turns.
 * Started as: node junk.ts <packets a second> <seconds> <address> <port>...; prints how many were sent.
 */
import { createSocket } from "node:dgram";
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

/** Packets of all kinds to all ports, at an even rate. Returns how many the kernel took. */
async function flood(
  perSec: number,
  seconds: number,
  address: string,
  ports: readonly number[],
): Promise<number> {
  const socket = createSocket("udp4");
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
      const bytes = KINDS[sent % KINDS.length]?.() ?? new Uint8Array();
      socket.send(bytes, ports[Math.floor(sent / KINDS.length) % ports.length] ?? 0, address, onSent);
    }
  }, TICK_MS);
  await promise;
  clearInterval(ticking);
  socket.close();
  return taken;
}

if (import.meta.main) {
  const [perSec = "0", seconds = "0", address = "", ...ports] = process.argv.slice(2);
  process.stdout.write(`${await flood(Number(perSec), Number(seconds), address, ports.map(Number))}\n`);
}
