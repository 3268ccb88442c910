import { constants } from "node:os";
import type { Libc } from "../../../../agent/relay/server/batched/libc.ts";

/** A C library of which only sending does something: it answers with what it is told, a number sent or the name of an error. */
export class PaperLibc implements Libc {
  /** How many packets each call was given. */
  readonly offered: number[] = [];
  readonly #answers: (number | keyof typeof constants.errno)[];
  #errno = 0;

  constructor(answers: readonly (number | keyof typeof constants.errno)[]) {
    this.#answers = [...answers];
  }

  readonly addressOf = (): number => 4096;
  readonly errno = (): number => this.#errno;
  readonly sendmmsg = (_fd: number, _vector: number, count: number): number => {
    this.offered.push(count);
    const answer = this.#answers.shift() ?? count;
    if (typeof answer === "number") return answer;
    this.#errno = constants.errno[answer];
    return -1;
  };

  readonly socket = refuse;
  readonly bind = refuse;
  readonly setsockopt = refuse;
  readonly socketpair = refuse;
  readonly close = refuse;
  readonly read = refuse;
  readonly eventfd = refuse;
  readonly epollCreate = refuse;
  readonly epollCtl = refuse;
  readonly epollWait = refuse;
  readonly recvmmsg = refuse;
}

function refuse(): number {
  throw new Error("not on paper");
}
