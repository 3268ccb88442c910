import { constants } from "node:os";
import type { LegName } from "../leg.ts";
import { BATCH } from "./inbox.ts";
import { MSG_DONTWAIT, type Libc } from "./libc.ts";
import { MessageVector } from "./message-vector.ts";
import type { Destination } from "./passages.ts";
import type { PortTraffic } from "./port-traffic.ts";

/** Packets that leave by one socket together. */
export class Outbox {
  readonly #libc: Libc;
  readonly #vector: MessageVector;
  readonly #legs = new Array<LegName | undefined>(BATCH).fill(undefined);
  readonly #bytes = new Array<number>(BATCH).fill(0);
  #count = 0;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#vector = new MessageVector(libc, BATCH);
  }

  /** At most `BATCH`, then `flush`. `leg` is whom it was relayed from; undefined for what is our own. */
  add(leg: LegName | undefined, to: Destination, address: number, bytes: number): void {
    const index = this.#count++;
    this.#vector.setPacket(index, address, bytes);
    this.#vector.setName(index, to.name, to.nameBytes);
    this.#legs[index] = leg;
    this.#bytes[index] = bytes;
  }

  /** Sends them, in order, and counts what became of each. Without a socket all are lost. */
  flush(fd: number | undefined, traffic: PortTraffic): void {
    const count = this.#count;
    this.#count = 0;
    if (count > 0 && fd === undefined) traffic.dropped("send-failed", count);
    if (fd === undefined) return;
    let done = 0;
    while (done < count) {
      const sent = this.#libc.sendmmsg(fd, this.#vector.headerAddress(done), count - done, MSG_DONTWAIT);
      if (sent > 0) {
        this.#countSent(done, sent, traffic);
        done += sent;
        continue;
      }
      // What is wrong is wrong with the first; the socket that is full is so for all.
      const error = this.#libc.errno();
      if (error === constants.errno.EINTR) continue;
      const lost = error === constants.errno.EAGAIN ? count - done : 1;
      traffic.dropped(error === constants.errno.EAGAIN ? "congested" : "send-failed", lost);
      done += lost;
    }
  }

  #countSent(first: number, sent: number, traffic: PortTraffic): void {
    for (let i = first; i < first + sent; i++) {
      const leg = this.#legs[i];
      if (leg !== undefined) traffic.relayed(leg, this.#bytes[i] ?? 0);
    }
  }
}
