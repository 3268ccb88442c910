/**
 * A member's UDP socket in a namespace, worked by lines of JSON: sends what it is told to and reports what came.
 * Started as: node leg-process.ts <address to bind>
 */
import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";
import { familyOf, type Endpoint } from "../../../protocol/endpoint.ts";

export type LegCommand =
  | { readonly tag: "send"; readonly hex: string; readonly to: Endpoint; readonly times: number }
  /** Datagrams in bursts, 5 ms apart, until the process ends. */
  | { readonly tag: "pour"; readonly hex: string; readonly to: Endpoint; readonly burst: number }
  | { readonly tag: "report" };

export type LegReport =
  | { readonly tag: "bound" }
  /** The first bytes of a datagram. */
  | { readonly tag: "came"; readonly hex: string }
  | { readonly tag: "counted"; readonly packets: number; readonly bytes: number; readonly atMs: number };

/** Longer ones are only counted. */
const SHOWN_BYTES = 200;

if (import.meta.main) {
  const address = process.argv[2] ?? "";
  const socket = createSocket(familyOf(address) === "ipv4" ? "udp4" : "udp6");
  let packets = 0;
  let bytes = 0;
  const tell = (report: LegReport): void => void process.stdout.write(JSON.stringify(report) + "\n");
  socket.on("message", (message) => {
    packets += 1;
    bytes += message.length;
    if (message.length <= SHOWN_BYTES) tell({ tag: "came", hex: message.toString("hex") });
  });
  socket.bind(0, address, () => {
    socket.setRecvBufferSize(4_000_000);
    tell({ tag: "bound" });
  });
  createInterface(process.stdin).on("line", (line) => {
    const command = JSON.parse(line) as LegCommand;
    switch (command.tag) {
      case "send":
        for (let i = 0; i < command.times; i++) {
          socket.send(Buffer.from(command.hex, "hex"), command.to.port, command.to.address);
        }
        break;
      case "pour": {
        const datagram = Buffer.from(command.hex, "hex");
        const { to, burst } = command;
        setInterval(() => {
          for (let i = 0; i < burst; i++) socket.send(datagram, to.port, to.address);
        }, 5);
        break;
      }
      case "report":
        tell({ tag: "counted", packets, bytes, atMs: performance.now() });
        break;
    }
  });
}
