import { monotonicMs, type MonotonicMs } from "../../protocol/time.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { ProgramListener } from "../runner.ts";
import { MONITOR_ARGUMENTS, parseNotice } from "../wireguard/ip-monitor.ts";

/** One that ends at once ends again: each start is a spawn of some 5 ms. Doubles up to a minute. */
const RESTART_MIN_MS = 1_000;
const RESTART_MAX_MS = 60_000;

/** Runs `ip monitor`, and again when it ends, as it does when more changes at once than its buffer holds. Owner of it. */
export class HostMonitor implements Disposable {
  readonly #listen: ProgramListener;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #overlayInterface: string;
  readonly #onNotice: () => void;
  #child: Disposable | undefined;
  #startedAt: MonotonicMs;
  #restartMs = RESTART_MIN_MS;
  #cancel: () => void = () => undefined;
  #closed = false;

  constructor(parts: {
    listen: ProgramListener;
    clock: Clock;
    log: Logger;
    overlayInterface: string;
    /** Something that may change how this host is reached has changed, or may have unseen. */
    onNotice: () => void;
  }) {
    this.#listen = parts.listen;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#overlayInterface = parts.overlayInterface;
    this.#onNotice = parts.onNotice;
    this.#startedAt = this.#clock.monotonicNow();
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  start(): void {
    if (this.#closed) return;
    this.#startedAt = this.#clock.monotonicNow();
    this.#child = this.#listen("ip", MONITOR_ARGUMENTS, {
      onLine: (line) => this.#onLine(line),
      onEnd: (why) => this.#onEnd(why),
    });
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#cancel();
    this.#child?.[Symbol.dispose]();
    this.#child = undefined;
  }

  #onLine(line: string): void {
    const notice = parseNotice(line);
    // What happens to our own interface is our own doing.
    if (notice !== undefined && notice.interfaceName !== this.#overlayInterface) this.#onNotice();
  }

  #onEnd(why: string): void {
    if (this.#closed) return;
    this.#child = undefined;
    const livedMs = monotonicMs(this.#clock.monotonicNow() - this.#startedAt);
    if (livedMs >= RESTART_MAX_MS) this.#restartMs = RESTART_MIN_MS;
    this.#log.warn({ why, restartMs: this.#restartMs }, "ip monitor ended");
    this.#cancel = this.#clock.after(this.#restartMs, () => {
      this.start();
      // Whatever happened meanwhile nobody has told.
      this.#onNotice();
    });
    this.#restartMs = Math.min(RESTART_MAX_MS, 2 * this.#restartMs);
  }
}
