/**
 * Multicast DNS as a hostile neighbour would send it: well-formed announcements of ever new services of our type, the same with
 * bytes changed, and questions. Started as: node mdns-flood.ts <own address> <packets> <packets a second>
 */
import { createSocket } from "node:dgram";
import { setTimeout as wait } from "node:timers/promises";
import { seededRandom } from "../support/seeded-random.ts";

const GROUP = "224.0.0.251";
const MDNS_PORT = 5353;
const SERVICE = "_hopwire._udp.local";
const [PTR, TXT, SRV, IN] = [12, 16, 33, 1];

function nameOf(text: string): Buffer {
  const labels = text.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function record(name: string, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(IN, 2);
  fixed.writeUInt32BE(4_500, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([nameOf(name), fixed, data]);
}

/** Ten services in a packet. */
function announcement(number: number): Buffer {
  const head = Buffer.from([0, 0, 0x84, 0, 0, 0, 0, 30, 0, 0, 0, 0]);
  const services = Array.from({ length: 10 }, (_, index) => {
    const label = (number * 10 + index).toString(16).padStart(16, "0");
    const service = `${label}.${SERVICE}`;
    const text = [`s=${label}`, `t=${label}${label}`].map((line) =>
      Buffer.from([line.length, ...Buffer.from(line)]),
    );
    const srv = Buffer.concat([Buffer.from([0, 0, 0, 0, 0xca, 0x6c]), nameOf(`${label}.local`)]);
    return [
      record(SERVICE, PTR, nameOf(service)),
      record(service, SRV, srv),
      record(service, TXT, Buffer.concat(text)),
    ];
  });
  return Buffer.concat([head, ...services.flat()]);
}

function question(): Buffer {
  const asked = Buffer.concat([nameOf(SERVICE), Buffer.from([0, 255, 0, 1])]);
  return Buffer.concat([
    Buffer.from([0, 0, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0]),
    ...new Array<Buffer>(40).fill(asked),
  ]);
}

const [address = "", packets, perSec] = process.argv.slice(2);
const random = seededRandom(1);
const socket = createSocket({ type: "udp4", reuseAddr: true });
await new Promise<void>((resolve) =>
  socket.bind({ port: MDNS_PORT, address: GROUP, exclusive: true }, resolve),
);
socket.setMulticastInterface(address);
for (let sent = 0; sent < Number(packets); sent++) {
  const packet = sent % 3 === 2 ? question() : announcement(sent);
  if (sent % 3 === 1)
    for (let change = 0; change < 4; change++)
      packet[Math.floor(random.fraction() * packet.length)] = Math.floor(random.fraction() * 256);
  socket.send(packet, MDNS_PORT, GROUP, () => undefined);
  if (sent % 10 === 9) await wait(10_000 / Number(perSec));
}
socket.close();
