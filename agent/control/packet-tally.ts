/** Of a full TCP segment in an overlay of 1,280 bytes, which every tunnel carries. */
const SEGMENT_BYTES = 1_220;
/** SYN or its answer, the acknowledgement, and the same at the end. */
const HANDSHAKE_PACKETS = 4;

/**
 * How many packets TCP sends for what is written and read, so that packets of users can be told from our own without asking the kernel.
 * What is sent a second time is not in it.
 */
export class PacketTally {
  #packets = 0;

  get packets(): number {
    return this.#packets;
  }

  opened(): void {
    this.#packets += HANDSHAKE_PACKETS;
  }

  wrote(bytes: number): void {
    this.#packets += Math.ceil(bytes / SEGMENT_BYTES);
  }

  /** Each second segment is acknowledged, and each that comes alone (RFC 9293, section 3.8.6.3). */
  read(bytes: number): void {
    this.#packets += Math.ceil(bytes / (2 * SEGMENT_BYTES));
  }
}
