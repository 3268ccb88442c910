import { closeSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { decoded, refused, type Decoded } from "../../../../protocol/decoded.ts";
import type { ListenAddresses, PortLimits, UdpPort, UdpPortHandlers } from "../udp-port.ts";
import { BatchedPort } from "./batched-port.ts";
import { PacketQueue } from "./packet-queue.ts";
import { PortTraffic } from "./port-traffic.ts";
import {
  SIGNALS,
  SIGNALS_BYTES,
  type WorkerCommand,
  type WorkerData,
  type WorkerReport,
} from "./worker-messages.ts";

/** An eventfd adds up what is written to it: a 64-bit number in the host's order. */
const ONE = new Uint8Array(BigUint64Array.of(1n).buffer);

/** Handed over in one go; then whatever else the main thread has to do gets its turn. */
const TURN_PACKETS = 128;

/** Its heap holds next to nothing; what V8 would set aside for a program is several times that. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 };

type OpenReport = Extract<WorkerReport, { tag: "opened" | "refused" }>;

/**
 * Owner of the worker thread and of its ports. The thread does not keep the process alive, but for as long as an answer
 * of it is awaited. When it breaks, all ports fail and their numbers are free.
 */
export class BatchedPorts implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #queue: PacketQueue;
  readonly #signals: Int32Array;
  readonly #ports = new Map<number, BatchedPort>();
  readonly #fdsByPort = new Map<number, readonly number[]>();
  readonly #opening = new Map<number, PromiseWithResolvers<OpenReport>>();
  readonly #closing = new Map<number, () => void>();
  readonly #ready = Promise.withResolvers<undefined>();
  readonly #ended = Promise.withResolvers<undefined>();
  readonly #onBroken: (error: Error) => void;
  #wakeFds: { readonly wake: number; readonly poll: number } | undefined;
  #lastSerial = 0;
  #awaited = 0;
  #isStopping = false;
  #error: Error | undefined;

  /** Rejects where this host cannot do it. `onBroken` is called before the ports fail, at most once. */
  static async start(
    addresses: ListenAddresses,
    onBroken: (error: Error) => void,
    program = new URL("./worker.ts", import.meta.url),
  ): Promise<BatchedPorts> {
    const data: WorkerData = {
      addresses,
      queue: PacketQueue.memory(),
      signals: new SharedArrayBuffer(SIGNALS_BYTES),
    };
    const worker = new Worker(program, { workerData: data, resourceLimits: RESOURCE_LIMITS });
    const ports = new BatchedPorts(worker, data, onBroken);
    await ports.#whileAwaited(ports.#ready.promise);
    return ports;
  }

  private constructor(worker: Worker, data: WorkerData, onBroken: (error: Error) => void) {
    this.#worker = worker;
    this.#queue = new PacketQueue(data.queue);
    this.#signals = new Int32Array(data.signals);
    this.#onBroken = onBroken;
    worker.on("message", (report: WorkerReport) => this.#onReport(report));
    worker.on("error", (error) => (this.#error = error instanceof Error ? error : new Error(String(error))));
    worker.once("exit", () => this.#onExit());
    process.once("exit", this.#stop);
  }

  /** Refused: "port-taken". `released` may still work on what the last port leaves; `close` waits for it. */
  async open(
    number: number,
    handlers: UdpPortHandlers,
    limits: PortLimits,
    released: () => Promise<void>,
  ): Promise<Decoded<UdpPort>> {
    const serial = ++this.#lastSerial;
    const memory = PortTraffic.memory();
    const port = new BatchedPort({
      serial,
      number,
      handlers,
      traffic: new PortTraffic(memory),
      tell: (command) => this.#tell(command),
      release: () => this.#close(serial).then(released),
    });
    const opened = Promise.withResolvers<OpenReport>();
    this.#opening.set(serial, opened);
    this.#ports.set(serial, port);
    try {
      if (this.#wakeFds === undefined) throw this.#error ?? new Error("the relay's thread is gone");
      this.#tell({ tag: "open", port: serial, number, limits, traffic: memory });
      const report = await this.#whileAwaited(opened.promise);
      if (report.tag === "opened") return decoded(port);
      this.#ports.delete(serial);
      if (report.isTaken) return refused("port-taken");
      throw new Error(report.message);
    } catch (error) {
      this.#ports.delete(serial);
      throw error;
    } finally {
      this.#opening.delete(serial);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    this.#stop();
    await this.#whileAwaited(this.#ended.promise);
  }

  /** Also where the process ends without asking: Node waits for threads, and this one sleeps in the kernel. */
  readonly #stop = (): void => this.#tell({ tag: "stop" });

  async #close(serial: number): Promise<void> {
    if (this.#wakeFds !== undefined) {
      const closed = new Promise<void>((resolve) => this.#closing.set(serial, resolve));
      this.#tell({ tag: "close", port: serial });
      await this.#whileAwaited(closed);
      this.#closing.delete(serial);
    }
    this.#ports.delete(serial);
  }

  #tell(command: WorkerCommand): void {
    if (this.#wakeFds === undefined) return;
    this.#worker.postMessage(command);
    if (Atomics.exchange(this.#signals, SIGNALS.wake, 1) === 0) writeSync(this.#wakeFds.wake, ONE);
  }

  async #whileAwaited<T>(promise: Promise<T>): Promise<T> {
    if (this.#awaited++ === 0) this.#worker.ref();
    try {
      return await promise;
    } finally {
      if (--this.#awaited === 0) this.#worker.unref();
    }
  }

  #onReport(report: WorkerReport): void {
    switch (report.tag) {
      case "ready":
        this.#wakeFds = report.fds;
        this.#ready.resolve(undefined);
        return;
      case "opened":
        this.#fdsByPort.set(report.port, report.fds);
        this.#opening.get(report.port)?.resolve(report);
        return;
      case "refused":
        this.#opening.get(report.port)?.resolve(report);
        return;
      case "closed":
        this.#fdsByPort.delete(report.port);
        this.#closing.get(report.port)?.();
        return;
      case "packets":
        this.#handOver();
        return;
      case "heard":
        this.#ports.get(report.port)?.heard(report.leg);
        return;
      case "failed":
        this.#fdsByPort.delete(report.port);
        this.#ports.get(report.port)?.failed(new Error(report.message));
        return;
    }
  }

  #handOver(): void {
    for (let i = 0; i < TURN_PACKETS; i++) {
      const packet = this.#queue.shift() ?? this.#shiftAfterBell();
      if (packet === undefined) return;
      this.#ports.get(packet.port)?.received(packet.source, packet.bytes);
    }
    setImmediate(() => this.#handOver());
  }

  /** One that came before the worker saw that it has to ring again. */
  #shiftAfterBell(): ReturnType<PacketQueue["shift"]> {
    Atomics.store(this.#signals, SIGNALS.bell, 0);
    return this.#queue.shift();
  }

  #onExit(): void {
    process.off("exit", this.#stop);
    const error = this.#error ?? new Error("the relay's thread ended");
    const wasReady = this.#wakeFds !== undefined;
    const fds = [...this.#fdsByPort.values(), Object.values(this.#wakeFds ?? {})].flat();
    this.#wakeFds = undefined;
    this.#fdsByPort.clear();
    // A thread's descriptors are the process's.
    for (const fd of fds) closeSync(fd);
    if (wasReady && !this.#isStopping) this.#onBroken(error);
    this.#ready.reject(error);
    for (const { reject } of this.#opening.values()) reject(error);
    for (const closed of this.#closing.values()) closed();
    for (const port of this.#ports.values()) port.failed(error);
    this.#ended.resolve(undefined);
  }
}
