import { monotonicMs, type MonotonicMs } from "../../../../protocol/time.ts";
import type { AddressFamily } from "../../../../protocol/endpoint.ts";
import type { Clock } from "../../../clock.ts";
import type { LegName } from "../leg.ts";
import { bucketOf, takeFromAll, type TokenBucket } from "../token-bucket.ts";
import { EventPoll } from "./event-poll.ts";
import { Inbox, PACKET_BYTES } from "./inbox.ts";
import { CLOEXEC, SOCK_NONBLOCK, systemError, type Libc } from "./libc.ts";
import { Outbox } from "./outbox.ts";
import { PacketQueue } from "./packet-queue.ts";
import { destination, passages, type Passage } from "./passages.ts";
import { closeSockets, openSockets, type PortSockets } from "./port-sockets.ts";
import { PortTraffic } from "./port-traffic.ts";
import { SIGNALS, type WorkerCommand, type WorkerData, type WorkerReport } from "./worker-messages.ts";

/** How often it is said that a leg was heard, as the kernel forwarder's poll finds out; a leg idles for minutes before it is lost. */
const HEARD_MS = 5_000;

/** Of one port, for the main thread: what comes within 200 ms of a flood of 5,000 a second, as in a socket's buffer. */
const MAX_WAITING = 1_000;

export type PacketWorkerParts = {
  readonly libc: Libc;
  readonly data: WorkerData;
  readonly clock: Pick<Clock, "monotonicNow">;
  /** The next command that waits. */
  readonly nextCommand: () => WorkerCommand | undefined;
  readonly tell: (report: WorkerReport) => void;
};

type Port = {
  readonly serial: number;
  readonly sockets: PortSockets;
  readonly traffic: PortTraffic;
  readonly buckets: readonly (TokenBucket | undefined)[];
  passages: readonly Passage[];
};

/**
 * Owns the sockets of all ports and waits for their packets: data between legs that the main thread named goes straight
 * on, all else to the main thread. Its descriptors for waiting and waking are the other side's to close.
 */
export class PacketWorker {
  readonly #parts: PacketWorkerParts;
  readonly #poll: EventPoll;
  readonly #wakeFd: number;
  readonly #inbox: Inbox;
  readonly #outboxes: Readonly<Record<AddressFamily, Outbox>>;
  /** What the main thread sends is put here. */
  readonly #own = new ArrayBuffer(PACKET_BYTES);
  readonly #ownAddress: number;
  readonly #queue: PacketQueue;
  readonly #signals: Int32Array;
  readonly #ports = new Map<number, Port>();
  readonly #portByFd: (Port | undefined)[] = [];
  #sharedBucket: TokenBucket | undefined;
  #now: MonotonicMs = monotonicMs(0);
  #stopped = false;

  constructor(parts: PacketWorkerParts) {
    const { libc, data } = parts;
    this.#parts = parts;
    this.#inbox = new Inbox(libc);
    this.#outboxes = { ipv4: new Outbox(libc), ipv6: new Outbox(libc) };
    this.#ownAddress = libc.addressOf(this.#own);
    this.#queue = new PacketQueue(data.queue);
    this.#signals = new Int32Array(data.signals);
    this.#poll = new EventPoll(libc);
    this.#wakeFd = libc.eventfd(0, SOCK_NONBLOCK | CLOEXEC);
    if (this.#wakeFd < 0) throw systemError(libc, "eventfd");
    this.#poll.add(this.#wakeFd);
  }

  /** Blocks the thread until it is told to stop. */
  run(): void {
    this.#parts.tell({ tag: "ready", fds: { wake: this.#wakeFd, poll: this.#poll.fd } });
    while (!this.#stopped) {
      const ready = this.#poll.wait();
      this.#now = this.#parts.clock.monotonicNow();
      for (let i = 0; i < ready; i++) this.#read(this.#poll.readyFd(i));
    }
  }

  #read(fd: number): void {
    if (fd === this.#wakeFd) {
      this.#obey();
      return;
    }
    const port = this.#portByFd[fd];
    if (port === undefined) return;
    try {
      this.#receive(port, fd);
    } catch (error) {
      this.#close(port);
      this.#parts.tell({ tag: "failed", port: port.serial, message: (error as Error).message });
    }
  }

  #receive(port: Port, fd: number): void {
    const count = this.#inbox.receive(fd);
    for (let i = 0; i < count; i++) {
      const passage = this.#inbox.passage(i, port.passages);
      if (passage === undefined) this.#handOver(port, i);
      else this.#carry(port, passage, i);
    }
    for (const family of FAMILIES) this.#outboxes[family].flush(port.sockets.get(family), port.traffic);
  }

  #carry(port: Port, passage: Passage, index: number): void {
    const { leg, to } = passage;
    const bytes = this.#inbox.length(index);
    if (this.#now - passage.saidAt >= HEARD_MS) {
      passage.saidAt = this.#now;
      this.#parts.tell({ tag: "heard", port: port.serial, leg });
    }
    if (takeFromAll(port.buckets, bytes, this.#now)) {
      this.#outboxes[to.family].add(leg, to, this.#inbox.address(index), bytes);
    } else {
      port.traffic.dropped("over-rate");
    }
  }

  /** Each port waits within its own bounds, so that junk on one takes nothing from the others. */
  #handOver(port: Port, index: number): void {
    const queued =
      port.traffic.waiting() < MAX_WAITING &&
      this.#queue.push(port.serial, this.#inbox.source(index), this.#inbox.packet(index));
    if (!queued) {
      port.traffic.dropped("congested");
      return;
    }
    port.traffic.queued();
    if (Atomics.exchange(this.#signals, SIGNALS.bell, 1) === 0) this.#parts.tell({ tag: "packets" });
  }

  #obey(): void {
    this.#parts.libc.read(this.#wakeFd, new Uint8Array(8), 8);
    // Before looking: what is sent from now on wakes again.
    Atomics.store(this.#signals, SIGNALS.wake, 0);
    for (;;) {
      const command = this.#parts.nextCommand();
      if (command === undefined) return;
      this.#obeyOne(command);
    }
  }

  #obeyOne(command: WorkerCommand): void {
    switch (command.tag) {
      case "open":
        this.#open(command);
        return;
      case "send":
        this.#send(command.port, undefined, command);
        return;
      case "relay":
        this.#send(command.port, command.from, command);
        return;
      case "carry": {
        const port = this.#ports.get(command.port);
        if (port !== undefined) port.passages = passages(command.routes);
        return;
      }
      case "close": {
        const port = this.#ports.get(command.port);
        if (port !== undefined) this.#close(port);
        this.#parts.tell({ tag: "closed", port: command.port });
        return;
      }
      case "stop":
        this.#stopped = true;
        for (const port of this.#ports.values()) this.#close(port);
        return;
    }
  }

  #open({ port: serial, number, limits, traffic }: Extract<WorkerCommand, { tag: "open" }>): void {
    const { libc, data, tell } = this.#parts;
    try {
      const sockets = openSockets(libc, number, data.addresses);
      this.#sharedBucket ??= bucketOf(limits.sharedBandwidthBps);
      const buckets = [bucketOf(limits.bandwidthBps), this.#sharedBucket];
      const port: Port = { serial, sockets, traffic: new PortTraffic(traffic), buckets, passages: [] };
      this.#ports.set(serial, port);
      for (const fd of sockets.values()) {
        this.#portByFd[fd] = port;
        this.#poll.add(fd);
      }
      tell({ tag: "opened", port: serial, fds: [...sockets.values()] });
    } catch (error) {
      const { message, code } = error as NodeJS.ErrnoException;
      const port = this.#ports.get(serial);
      if (port !== undefined) this.#close(port);
      tell({ tag: "refused", port: serial, message, isTaken: code === "EADDRINUSE" });
    }
  }

  #send(
    serial: number,
    leg: LegName | undefined,
    { to: name, bytes }: { readonly to: Uint8Array; readonly bytes: Uint8Array },
  ): void {
    const port = this.#ports.get(serial);
    if (port === undefined) return;
    if (leg !== undefined && !takeFromAll(port.buckets, bytes.length, this.#now)) {
      port.traffic.dropped("over-rate");
      return;
    }
    new Uint8Array(this.#own).set(bytes);
    const to = destination(name);
    const outbox = this.#outboxes[to.family];
    outbox.add(leg, to, this.#ownAddress, bytes.length);
    outbox.flush(port.sockets.get(to.family), port.traffic);
  }

  #close(port: Port): void {
    this.#ports.delete(port.serial);
    for (const fd of port.sockets.values()) this.#portByFd[fd] = undefined;
    closeSockets(this.#parts.libc, port.sockets);
  }
}

const FAMILIES = ["ipv4", "ipv6"] as const satisfies readonly AddressFamily[];
