import { refused, type Decoded } from "./decoded.ts";
import {
  notificationFromWire,
  notificationToWire,
  requestFromWire,
  requestToWire,
  responseFromWire,
  responseToWire,
  type Failure,
  type Notification,
  type RequestBody,
  type ResponseBody,
} from "./frame-body.ts";
import { bytesField, decodeWith, integerField, memberField, networkField, textField } from "./frame-field.ts";
import { MAX_FRAME_BYTES } from "./frame-reader.ts";
import { hopwire } from "./generated/hopwire.js";
import { idBytes, type MemberId, type NetworkId } from "./ids.ts";
import { SIGNATURE_BYTES } from "./keys.ts";
import { wallMs, type WallMs } from "./time.ts";

const wire = hopwire.v1;

/** What this program speaks. A hello of another version is decoded, so that it can be refused by name. */
export const CONTROL_VERSION = 1;

/** As long as the hash that signs it needs; a repeat within a member's life is out of the question. */
export const NONCE_BYTES = 32;

/** Milliseconds. Nobody waits longer, and no answer is prepared for somebody who is gone. */
export const MAX_DEADLINE_MS = 60_000;

const MAX_UINT32 = 2 ** 32 - 1;
const VERSION_TEXT = /^[0-9A-Za-z.+-]{0,32}$/;

export type Hello = {
  readonly kind: "hello";
  readonly version: number;
  readonly network: NetworkId;
  readonly member: MemberId;
  readonly nonce: Uint8Array;
  /** The sender's clock; nothing is decided by it. */
  readonly wallMs: WallMs;
  readonly agentVersion: string;
};

export type RequestFrame = {
  readonly kind: "request";
  /** Chosen by the sender, not 0, unique among its open requests on this connection. */
  readonly id: number;
  readonly deadlineMs: number;
  readonly body: RequestBody;
};

export type ResponseFrame = {
  readonly kind: "response";
  readonly id: number;
  readonly result: ResponseBody | Failure;
};

export type ControlFrame =
  | Hello
  | { readonly kind: "hello-proof"; readonly signature: Uint8Array }
  | { readonly kind: "ping"; readonly id: number }
  | { readonly kind: "pong"; readonly id: number }
  | RequestFrame
  | ResponseFrame
  | { readonly kind: "notification"; readonly body: Notification }
  /** What a later version may say. A request can still be answered, all else is passed over. */
  | { readonly kind: "unknown"; readonly requestId: number | undefined };

/** What can be sent: everything that this version knows. */
export type SentFrame = Exclude<ControlFrame, { readonly kind: "unknown" }>;

/** Without the length before it: see `delimitFrame`. */
export function encodeFrame(frame: SentFrame): Uint8Array {
  return wire.ControlFrame.encode(toWire(frame)).finish();
}

/** Never throws: anybody in the network may have sent `bytes`. The result shares no memory with them. */
export function decodeFrame(bytes: Uint8Array): Decoded<ControlFrame> {
  if (bytes.length > MAX_FRAME_BYTES) return refused("frame-too-long");
  return decodeWith(() => wire.ControlFrame.decode(bytes), fromWire, "frame-malformed");
}

function toWire(frame: SentFrame): hopwire.v1.ControlFrame.$Properties {
  switch (frame.kind) {
    case "hello":
      return { hello: { ...frame, network: idBytes(frame.network), member: idBytes(frame.member) } };
    case "hello-proof":
      return { helloProof: { signature: frame.signature } };
    case "ping":
      return { ping: { id: frame.id } };
    case "pong":
      return { pong: { id: frame.id } };
    case "request":
      return { request: { id: frame.id, deadlineMs: frame.deadlineMs, ...requestToWire(frame.body) } };
    case "response":
      return { response: { id: frame.id, ...responseToWire(frame.result) } };
    case "notification":
      return { notification: notificationToWire(frame.body) };
  }
}

function fromWire(frame: hopwire.v1.ControlFrame.$Properties): ControlFrame {
  if (frame.hello) return helloFromWire(frame.hello);
  if (frame.helloProof) {
    return {
      kind: "hello-proof",
      signature: bytesField(frame.helloProof.signature, "hello-signature", SIGNATURE_BYTES),
    };
  }
  if (frame.ping) return { kind: "ping", id: pingId(frame.ping.id) };
  if (frame.pong) return { kind: "pong", id: pingId(frame.pong.id) };
  if (frame.request) {
    const id = integerField(frame.request.id, "request-id", 1, MAX_UINT32);
    const deadlineMs = integerField(frame.request.deadlineMs, "request-deadline", 1, MAX_DEADLINE_MS);
    const body = requestFromWire(frame.request);
    return body === undefined
      ? { kind: "unknown", requestId: id }
      : { kind: "request", id, deadlineMs, body };
  }
  if (frame.response) {
    const id = integerField(frame.response.id, "response-id", 1, MAX_UINT32);
    return { kind: "response", id, result: responseFromWire(frame.response) };
  }
  const body = frame.notification ? notificationFromWire(frame.notification) : undefined;
  return body === undefined ? { kind: "unknown", requestId: undefined } : { kind: "notification", body };
}

function helloFromWire(hello: hopwire.v1.Hello.$Properties): Hello {
  return {
    kind: "hello",
    version: integerField(hello.version, "hello-version", 1, MAX_UINT32),
    network: networkField(hello.network, "hello-network"),
    member: memberField(hello.member, "hello-member"),
    nonce: bytesField(hello.nonce, "hello-nonce", NONCE_BYTES),
    wallMs: wallMs(integerField(hello.wallMs, "hello-wall", 0, Number.MAX_SAFE_INTEGER)),
    agentVersion: textField(hello.agentVersion, "hello-agent-version", VERSION_TEXT),
  };
}

function pingId(value: number | null | undefined): number {
  return integerField(value, "ping-id", 1, Number.MAX_SAFE_INTEGER);
}
