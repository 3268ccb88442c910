import { MSG_DONTWAIT, systemError, type Libc } from "./libc.ts";
import { MessageVector } from "./message-vector.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;

/** Through a pair of sockets of no network: throws where the calls are refused, or do not understand our layouts. */
export function tryOut(libc: Libc): void {
  const fds = new Int32Array(2);
  if (libc.socketpair(AF_UNIX, SOCK_DGRAM, 0, fds) < 0) throw systemError(libc, "socketpair");
  const [from = -1, to = -1] = fds;
  try {
    const lengths = [3, 5];
    const sent = packets(libc, lengths);
    for (const index of lengths.keys()) sent.vector.setName(index, new Int32Array(), 0);
    new Uint8Array(sent.memory).fill(7);
    if (libc.sendmmsg(from, sent.vector.address, 2, MSG_DONTWAIT) < 2) throw systemError(libc, "sendmmsg");
    const received = packets(libc, [8, 8]);
    if (libc.recvmmsg(to, received.vector.address, 2, MSG_DONTWAIT, 0) < 2)
      throw systemError(libc, "recvmmsg");
    const arrived = lengths.every((length, index) => received.vector.length(index) === length);
    const bytes = Array.from(new Uint8Array(received.memory)).join();
    if (!arrived || bytes !== "7,7,7,0,0,0,0,0,7,7,7,7,7,0,0,0")
      throw new Error("packets are not where they should be");
  } finally {
    libc.close(from);
    libc.close(to);
  }
}

function packets(libc: Libc, lengths: readonly number[]) {
  const memory = new ArrayBuffer(8 * lengths.length);
  const vector = new MessageVector(libc, lengths.length);
  for (const [index, length] of lengths.entries()) {
    vector.setPacket(index, libc.addressOf(memory) + 8 * index, length);
  }
  return { memory, vector };
}
