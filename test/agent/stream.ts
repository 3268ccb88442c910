import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Host } from "../lab/host.ts";
import type { StreamCommand, StreamReport } from "./stream-process.ts";

const PROGRAM = resolve(import.meta.dirname, "stream-process.ts");

/** A full second's worth of datagrams is some hundreds, and one fits the overlay's MTU. */
const DATAGRAM_BYTES = 1_000;

/** In WireGuard: UDP and IP headers, padding to 16, type, receiver, counter and tag. */
const CARRIED_BYTES = Math.ceil((DATAGRAM_BYTES + 28) / 16) * 16 + 32;

type Counted = Extract<StreamReport, { readonly tag: "counted" }>;

/** What an application sends through the overlay, in bytes of WireGuard's packets: as a relay counts it. Dies with the lab. */
export class Stream {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #address: string;
  readonly #port: Promise<number>;
  #counted: Counted = { tag: "counted", sent: 0, received: 0, atMs: 0 };

  constructor(host: Host, address: string) {
    this.#address = address;
    this.#child = host.spawn(process.execPath, [PROGRAM, address]);
    this.#child.stderr.pipe(process.stderr);
    const port = Promise.withResolvers<number>();
    this.#port = port.promise;
    createInterface(this.#child.stdout).on("line", (line) => {
      const report = JSON.parse(line) as StreamReport;
      if (report.tag === "bound") port.resolve(report.port);
      else this.#counted = report;
    });
  }

  /** Until all `bytes` were sent, or for good. */
  async send(to: Stream, bytesPerSec: number, bytes = Number.MAX_SAFE_INTEGER): Promise<void> {
    const share = DATAGRAM_BYTES / CARRIED_BYTES;
    const command: StreamCommand = {
      to: { address: to.#address, port: await to.#port },
      bytesPerSec: bytesPerSec * share,
      bytes: bytes * share,
      datagramBytes: DATAGRAM_BYTES,
    };
    this.#child.stdin.write(JSON.stringify(command) + "\n");
  }

  get sentBytes(): number {
    return (this.#counted.sent * CARRIED_BYTES) / DATAGRAM_BYTES;
  }

  get receivedBytes(): number {
    return (this.#counted.received * CARRIED_BYTES) / DATAGRAM_BYTES;
  }

  /** When it was counted, by the process's own clock. */
  get countedAtMs(): number {
    return this.#counted.atMs;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
