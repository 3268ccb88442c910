/**
 * A UDP socket in a site that sends at a steady rate and counts what comes, worked by lines of JSON; `Stream` is the other end.
 * Started as: node stream-process.ts <address to bind>
 */
import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";
import type { Endpoint } from "../../protocol/endpoint.ts";

/** From then on, until so many bytes were sent or the next command; a rate of 0 is silence. */
export type StreamCommand = {
  readonly to: Endpoint;
  readonly bytesPerSec: number;
  readonly bytes: number;
  readonly datagramBytes: number;
};

export type StreamReport =
  | { readonly tag: "bound"; readonly port: number }
  /** So far. */
  | { readonly tag: "counted"; readonly sent: number; readonly received: number; readonly atMs: number };

/** Finer than a policer's burst. */
const TICK_MS = 5;
const REPORT_MS = 50;

if (import.meta.main) {
  const socket = createSocket("udp4");
  const tell = (report: StreamReport): void => void process.stdout.write(JSON.stringify(report) + "\n");
  let [sent, received] = [0, 0];
  let command: StreamCommand | undefined;
  let startedAt = 0;
  let sentNow = 0;
  socket.on("message", (message) => (received += message.length));
  socket.bind(0, process.argv[2], () => {
    socket.setRecvBufferSize(4_000_000);
    tell({ tag: "bound", port: socket.address().port });
    setInterval(() => tell({ tag: "counted", sent, received, atMs: performance.now() }), REPORT_MS);
  });
  setInterval(() => {
    if (command === undefined) return;
    const { to, bytesPerSec, bytes, datagramBytes } = command;
    const due = Math.min(bytes, ((performance.now() - startedAt) / 1000) * bytesPerSec);
    while (sentNow + datagramBytes <= due) {
      socket.send(Buffer.alloc(datagramBytes), to.port, to.address, () => undefined);
      sentNow += datagramBytes;
      sent += datagramBytes;
    }
  }, TICK_MS);
  createInterface(process.stdin).on("line", (line) => {
    command = JSON.parse(line) as StreamCommand;
    startedAt = performance.now();
    sentNow = 0;
  });
}
