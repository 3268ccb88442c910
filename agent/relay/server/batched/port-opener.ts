import type { Decoded } from "../../../../protocol/decoded.ts";
import type { Logger } from "../../../log.ts";
import {
  udpPortOpener,
  type ListenAddresses,
  type OpenUdpPort,
  type PortLimits,
  type UdpPort,
  type UdpPortHandlers,
} from "../udp-port.ts";
import { BatchedPorts } from "./batched-ports.ts";

export type PortOpenerParts = {
  readonly addresses: ListenAddresses;
  readonly log: Logger;
  /** For tests: a worker that does not start, or breaks. */
  readonly start?: (...args: Parameters<typeof BatchedPorts.start>) => Promise<BatchedPorts>;
};

/**
 * Ports whose packets go in batches where the host can do that, else those of node:dgram: found out by trying, with the
 * first port. The thread for it runs only while a port is open.
 */
export function batchedPortOpener(parts: PortOpenerParts): OpenUdpPort {
  const opener = new PortOpener(parts);
  return (number, handlers, limits) => opener.open(number, handlers, limits);
}

class PortOpener {
  readonly #parts: PortOpenerParts;
  readonly #openDgram: OpenUdpPort;
  #batched: Promise<BatchedPorts | undefined> | undefined;
  /** Ports that are open or about to be. */
  #users = 0;
  /** Once it did not start or broke, it is not tried again. */
  #isRefused = false;

  constructor(parts: PortOpenerParts) {
    this.#parts = parts;
    this.#openDgram = udpPortOpener(parts.addresses);
  }

  async open(number: number, handlers: UdpPortHandlers, limits: PortLimits): Promise<Decoded<UdpPort>> {
    this.#users += 1;
    let isKept = false;
    try {
      const batched = await this.#started();
      if (batched === undefined) return await this.#openDgram(number, handlers, limits);
      const port = await batched.open(number, handlers, limits, () => this.#release());
      isKept = port.ok;
      return port;
    } finally {
      if (!isKept) await this.#release();
    }
  }

  #started(): Promise<BatchedPorts | undefined> {
    if (this.#isRefused) return Promise.resolve(undefined);
    this.#batched ??= this.#start();
    return this.#batched;
  }

  async #start(): Promise<BatchedPorts | undefined> {
    const { addresses, log } = this.#parts;
    const start = this.#parts.start ?? ((...args) => BatchedPorts.start(...args));
    try {
      const batched = await start(addresses, (error) => this.#refuse(error, "relay sockets broke"));
      log.info({ sockets: "batched" }, "relay sockets chosen");
      return batched;
    } catch (error) {
      this.#refuse(error, "relay sockets chosen, packets cannot be had in batches");
      return undefined;
    }
  }

  #refuse(error: unknown, text: string): void {
    if (!this.#isRefused) {
      const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
      this.#parts.log.warn({ sockets: "dgram", reason }, text);
    }
    this.#isRefused = true;
  }

  async #release(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const batched = this.#batched;
    this.#batched = undefined;
    await (await batched)?.[Symbol.asyncDispose]();
  }
}
