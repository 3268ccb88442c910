import type { Duplex } from "node:stream";
import {
  CONTROL_VERSION,
  decodeFrame,
  encodeFrame,
  type ControlFrame,
  type SentFrame,
} from "../../protocol/frame.ts";
import { FrameReader, delimitFrame } from "../../protocol/frame-reader.ts";
import { proofBytes } from "../../agent/control/session.ts";
import { signBytes } from "../../protocol/keys.ts";
import { wallMs } from "../../protocol/time.ts";
import type { KeyObject } from "node:crypto";
import { settle } from "./hand-clock.ts";
import { NETWORK, type TestMember } from "./members.ts";

/** The other end of a connection, speaking frame by frame: also what no honest agent would say. */
export class RawPeer {
  readonly received: ControlFrame[] = [];
  readonly #stream: Duplex;
  isClosed = false;

  constructor(stream: Duplex) {
    this.#stream = stream;
    const reader = new FrameReader();
    stream.on("data", (chunk: Uint8Array) => {
      reader.push(chunk);
      for (let next = reader.next(); next.ok && next.value !== undefined; next = reader.next()) {
        const frame = decodeFrame(next.value);
        if (frame.ok) this.received.push(frame.value);
      }
    });
    stream.on("close", () => {
      this.isClosed = true;
    });
    stream.on("error", () => undefined);
  }

  send(frame: SentFrame): void {
    this.sendBytes(delimitFrame(encodeFrame(frame)));
  }

  sendBytes(bytes: Uint8Array): void {
    if (!this.#stream.destroyed) this.#stream.write(bytes);
  }

  stopReading(): void {
    this.#stream.pause();
  }

  of<Kind extends ControlFrame["kind"]>(kind: Kind): readonly Extract<ControlFrame, { kind: Kind }>[] {
    return this.received.filter(
      (frame): frame is Extract<ControlFrame, { kind: Kind }> => frame.kind === kind,
    );
  }

  sendHello(as: TestMember, change: Partial<Extract<SentFrame, { kind: "hello" }>> = {}): void {
    this.send({
      kind: "hello",
      version: CONTROL_VERSION,
      network: NETWORK,
      member: as.id,
      nonce: new Uint8Array(32).fill(7),
      wallMs: wallMs(1_800_000_000_000),
      agentVersion: "0.1.0",
      ...change,
    });
  }

  /** Proves to be `as`, to `to`, with a key that may be another's. */
  sendProof(as: TestMember, to: TestMember, signKey: KeyObject = as.signKey): void {
    const [hello] = this.of("hello");
    if (hello === undefined) throw new Error("no hello came");
    const own = { id: as.id, nonce: new Uint8Array(32).fill(7) };
    const signed = proofBytes(NETWORK, own, { id: to.id, nonce: hello.nonce });
    this.send({ kind: "hello-proof", signature: signBytes("hello", signed, signKey) });
  }

  async open(as: TestMember, to: TestMember): Promise<void> {
    await settle();
    this.sendHello(as);
    await settle();
    this.sendProof(as, to);
    await settle();
  }
}
