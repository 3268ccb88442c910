import { decoded, refused, type Decoded } from "./decoded.ts";

/** Bytes, without the length. What a connection must be ready to buffer, and what a digest of 2,000 slots needs. */
export const MAX_FRAME_BYTES = 64 * 1024;

/**
 * A frame on the stream: its length as four bytes, big-endian, then the frame. Not a varint: a fixed header needs no
 * state for half a number, and every length has one form only.
 */
const HEADER_BYTES = 4;

/** Throws RangeError for a frame that the other side would refuse: splitting it was the caller's part. */
export function delimitFrame(frame: Uint8Array): Uint8Array {
  if (frame.length > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${frame.length} bytes is too long`);
  const out = new Uint8Array(HEADER_BYTES + frame.length);
  new DataView(out.buffer).setUint32(0, frame.length);
  out.set(frame, HEADER_BYTES);
  return out;
}

/**
 * Cuts a stream into frames, however it was chunked. Holds at most one frame and the chunk last pushed: push the next
 * one when `next` has nothing more.
 */
export class FrameReader {
  #chunk: Uint8Array = new Uint8Array();
  #frame: Uint8Array | undefined;
  #filledBytes = 0;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerBytes = 0;

  push(chunk: Uint8Array): void {
    this.#chunk = this.#chunk.length === 0 ? chunk : Buffer.concat([this.#chunk, chunk]);
  }

  /**
   * The next whole frame, or undefined where more bytes are needed. Refuses "frame-too-long" from the header alone, and
   * then for ever: behind a wrong length nothing can be found again.
   */
  next(): Decoded<Uint8Array | undefined> {
    if (this.#frame === undefined) {
      this.#headerBytes += this.#moveInto(this.#header, this.#headerBytes);
      if (this.#headerBytes < HEADER_BYTES) return decoded(undefined);
      const length = new DataView(this.#header.buffer).getUint32(0);
      if (length > MAX_FRAME_BYTES) return refused("frame-too-long");
      this.#frame = new Uint8Array(length);
      this.#filledBytes = 0;
    }
    const frame = this.#frame;
    this.#filledBytes += this.#moveInto(frame, this.#filledBytes);
    if (this.#filledBytes < frame.length) return decoded(undefined);
    this.#frame = undefined;
    this.#headerBytes = 0;
    return decoded(frame);
  }

  #moveInto(target: Uint8Array, offset: number): number {
    const part = this.#chunk.subarray(0, target.length - offset);
    target.set(part, offset);
    this.#chunk = this.#chunk.subarray(part.length);
    return part.length;
  }
}
