import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { classifyPacket } from "../../protocol/wireguard-packet.ts";
import type { Host } from "../lab/host.ts";

/** tcpdump's file: a header, and one before each packet (libpcap, pcap-savefile(5)), then Ethernet, IPv4 without options and UDP. */
const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
const UDP_PORT_AT = 14 + 20 + 2;
const PAYLOAD_AT = 14 + 20 + 8;

/** Written packet by packet, but by another process. */
const WRITTEN_MS = 200;

export type Captured = {
  readonly port: number;
  readonly type: "initiation" | "response";
  readonly hex: string;
};

/** What comes in to a host's UDP ports from `first` to `last`; call what it resolves with for the handshakes among it, and to end it. */
export async function captureHandshakes(
  host: Host,
  first: number,
  last: number,
): Promise<() => Promise<readonly Captured[]>> {
  const folder = await mkdtemp(join(tmpdir(), "hopwire-lab-capture-"));
  const file = join(folder, "pcap");
  const args = ["-i", host.link.device, "-n", "-U", "--immediate-mode", "-Z", "root", "-w", file];
  const child = host.spawn("tcpdump", [
    ...args,
    `udp and dst host ${host.address4} and dst portrange ${first}-${last}`,
  ]);
  await once(child.stderr, "data"); // that it listens
  return async () => {
    await wait(WRITTEN_MS);
    const ended = once(child, "exit");
    child.kill("SIGINT");
    await ended;
    const bytes = await readFile(file);
    await rm(folder, { recursive: true });
    return handshakesIn(bytes);
  };
}

function handshakesIn(file: Buffer): readonly Captured[] {
  const found: Captured[] = [];
  for (let at = FILE_HEADER_BYTES; at + PACKET_HEADER_BYTES <= file.length;) {
    const length = file.readUInt32LE(at + 8);
    const packet = file.subarray(at + PACKET_HEADER_BYTES, at + PACKET_HEADER_BYTES + length);
    at += PACKET_HEADER_BYTES + length;
    const payload = packet.subarray(PAYLOAD_AT);
    const read = classifyPacket(payload);
    if (!read.ok || (read.value.type !== "initiation" && read.value.type !== "response")) continue;
    found.push({
      port: packet.readUInt16BE(UDP_PORT_AT),
      type: read.value.type,
      hex: payload.toString("hex"),
    });
  }
  return found;
}
