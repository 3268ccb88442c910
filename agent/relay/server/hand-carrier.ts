import type { Clock } from "../../clock.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { legCounters, type Carrier, type Traffic } from "./carrier.ts";
import type { DropReason } from "./forwarder.ts";
import type { LegName } from "./leg.ts";
import { takeFromAll, type TokenBucket } from "./token-bucket.ts";
import type { UdpPort } from "./udp-port.ts";

/** For a port that hands over every packet. */
export class HandCarrier implements Carrier {
  readonly #port: Pick<UdpPort, "send">;
  readonly #clock: Clock;
  readonly #buckets: readonly (TokenBucket | undefined)[];
  readonly #carried = { a: { packets: 0, bytes: 0 }, b: { packets: 0, bytes: 0 } };
  #overRate = 0;

  constructor(port: Pick<UdpPort, "send">, clock: Clock, buckets: readonly (TokenBucket | undefined)[]) {
    this.#port = port;
    this.#clock = clock;
    this.#buckets = buckets;
  }

  relay(from: LegName, to: Endpoint, bytes: Uint8Array): void {
    if (!takeFromAll(this.#buckets, bytes.length, this.#clock.monotonicNow())) {
      this.#overRate += 1;
      return;
    }
    this.#port.send(bytes, to);
    this.#carried[from].packets += 1;
    this.#carried[from].bytes += bytes.length;
  }

  carry(): void {
    // Nothing passes by without being handed over.
  }

  traffic(): Traffic {
    const drops = new Map<DropReason, number>();
    if (this.#overRate > 0) drops.set("over-rate", this.#overRate);
    return { counters: legCounters(this.#carried), drops };
  }
}
