import { pathWith, type ProgramPath } from "./program-path.ts";

/** A daemon whose wall clock is so far off; owner of the programs that it runs instead of the system's. */
export class ShiftedClock implements AsyncDisposable {
  /** To start the daemon with. */
  readonly env: Readonly<Record<string, string>>;
  readonly #programs: ProgramPath;

  private constructor(programs: ProgramPath, shiftMs: number) {
    const preload = `const { now } = Date; Date.now = () => now() + ${shiftMs};
      import { Socket } from "node:net";
      const { connect } = Socket.prototype;
      Socket.prototype.connect = function (...args) {
        const [options] = args.flat();
        if (options?.path?.startsWith("/var/run/wireguard/")) options.path += ".hidden";
        return connect.apply(this, args);
      };`;
    this.#programs = programs;
    this.env = {
      PATH: programs.path,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
    };
  }

  static async by(shiftMs: number): Promise<ShiftedClock> {
    const programs = await pathWith();
    // WireGuard's times come from the same clock as the agent's: `wg` reports them as that clock would, and is asked since the
    // agent does not find wireguard-go's socket.
    await programs.replace(
      "wg",
      `if [ "$1" = show ] && [ "$3" = dump ]; then $REAL "$@" | /usr/bin/awk -F'\\t' -v OFS='\\t' 'NF == 8 && $5 > 0 { $5 += ${shiftMs / 1000} } { print }'
else exec $REAL "$@"; fi`,
    );
    return new ShiftedClock(programs, shiftMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#programs[Symbol.asyncDispose]();
  }
}
