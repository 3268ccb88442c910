import { randomBytes } from "node:crypto";
import { bindingUsername } from "../../../agent/relay/server/leg-binding.ts";
import type { LegName } from "../../../agent/relay/server/leg.ts";
import type { OpenUdpPort, UdpPortHandlers } from "../../../agent/relay/server/udp-port.ts";
import { decoded } from "../../../protocol/decoded.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { newTransactionId } from "../../../protocol/stun/header.ts";
import { decodeStun, encodeStun } from "../../../protocol/stun/message.ts";
import { benchAllocation } from "../relay/allocation.ts";

/** Ports without sockets: what a member would send is handed in, and what goes out to it is kept. */
export class PaperPorts {
  readonly #handlersByPort = new Map<number, UdpPortHandlers>();
  #last: Uint8Array | undefined;

  readonly open: OpenUdpPort = (number, handlers) => {
    this.#handlersByPort.set(number, handlers);
    const close = (): Promise<void> => Promise.resolve(void this.#handlersByPort.delete(number));
    return Promise.resolve(decoded({ number, send: (bytes) => (this.#last = bytes), close }));
  };

  /** As the leg's member does from its place: the first answer brings a nonce, and the request with it binds. */
  bind(index: number, leg: LegName, port: number, source = placeOf(index, leg)): void {
    const challenge = this.#ask(bindingRequest(index, leg), port, source);
    if (challenge.class === "success") return;
    const answer = this.#ask(bindingRequest(index, leg, challenge.attributes.nonce), port, source);
    if (answer.class !== "success") throw new Error("the forwarder refused to bind a leg");
  }

  /** A leg that is where it was: one request, one answer. */
  keepAlive(request: Uint8Array, port: number, source: Endpoint): void {
    this.#handlersByPort.get(port)?.message(request, source);
  }

  #ask(request: Uint8Array, port: number, source: Endpoint) {
    this.#handlersByPort.get(port)?.message(request, source);
    const answer = decodeStun(this.#takeLast());
    if (!answer.ok) throw new Error(`the forwarder's answer is no STUN: ${answer.reason}`);
    return answer.value;
  }

  #takeLast(): Uint8Array {
    const last = this.#last ?? new Uint8Array();
    this.#last = undefined;
    return last;
  }
}

export function bindingRequest(index: number, leg: LegName, nonce?: string): Uint8Array {
  const { id, legs } = benchAllocation(index);
  const attributes = { username: bindingUsername(id, leg), ...(nonce === undefined ? {} : { nonce }) };
  const transactionId = newTransactionId(randomBytes);
  return encodeStun({ class: "request", transactionId, attributes }, legs[leg].legKey);
}

/** Every leg has an address of its own, from the block for benchmarks (RFC 2544). */
export function placeOf(index: number, leg: LegName): Endpoint {
  return { address: `198.${leg === "a" ? 18 : 19}.${index >> 8}.${index & 0xff}`, port: 51_820 };
}
