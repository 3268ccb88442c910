import type { Clock } from "../../../clock.ts";
import type { Endpoint } from "../../../../protocol/endpoint.ts";
import type { MemberId } from "../../../../protocol/ids.ts";
import type { SecurityEvent } from "./security-log.ts";

export type AbuseHookOptions = {
  readonly url: string;
  readonly timeoutMs: number;
  /** What counts where the system does not answer in time, or with anything but yes or no. */
  readonly onFailure: "open" | "closed";
};

export type AbuseQuestion = {
  readonly event: "allocation";
  readonly member: MemberId;
  /** Its outer address and port, where known. */
  readonly source: Endpoint | undefined;
};

export type HookAnswer = "admitted" | "refused-by-hook" | "hook-failed";

/** As much of the global `fetch` as is used. */
export type Fetch = (
  url: string,
  init: {
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly redirect: "error";
    readonly signal: AbortSignal;
  },
) => Promise<{ readonly status: number; readonly body: { cancel(): Promise<void> } | null }>;

/** Why there was no status; a redirect counts as unreachable. "busy": too many requests are open already. */
export type HookSilence = "timeout" | "unreachable" | "busy";

export type AbuseHookParts = {
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** The status that is neither yes nor no, or why there was none. */
  readonly onFailure: (fault: number | HookSilence) => void;
};

/** A system that hangs holds this many sockets and timers, not one for each request. */
const MAX_OPEN = 32;

/**
 * Asks and tells an outside system by HTTP POST of JSON. Its status is its answer: 2xx is yes, 403 is no, all else,
 * redirects included, is a failure. The body is never read, so it can neither be too long nor malformed.
 */
export class AbuseHook {
  readonly #options: AbuseHookOptions;
  readonly #clock: Clock;
  readonly #fetch: Fetch;
  readonly #onFailure: AbuseHookParts["onFailure"];
  #open = 0;
  #failures = 0;

  constructor(options: AbuseHookOptions, parts: AbuseHookParts) {
    this.#options = options;
    this.#clock = parts.clock;
    this.#fetch = parts.fetch;
    this.#onFailure = parts.onFailure;
  }

  /** Since it was made, questions and what was only told alike. */
  get failures(): number {
    return this.#failures;
  }

  /** Never rejects. "hook-failed" only where it fails closed. */
  async ask(question: AbuseQuestion): Promise<HookAnswer> {
    const status = await this.#post(question, MAX_OPEN);
    if (status === 403) return "refused-by-hook";
    if (isSuccess(status)) return "admitted";
    this.#fail(status);
    return this.#options.onFailure === "open" ? "admitted" : "hook-failed";
  }

  /** Nobody waits for it, and it may be lost: what is only told never takes the room of a question. */
  tell(event: SecurityEvent): void {
    void this.#post(event, MAX_OPEN / 2).then((status) => {
      if (!isSuccess(status)) this.#fail(status);
    });
  }

  #fail(status: number | HookSilence): void {
    this.#failures++;
    this.#onFailure(status);
  }

  async #post(content: AbuseQuestion | SecurityEvent, maxOpen: number): Promise<number | HookSilence> {
    if (this.#open >= maxOpen) return "busy";
    this.#open++;
    const timeout = new AbortController();
    const cancel = this.#clock.after(this.#options.timeoutMs, () => timeout.abort());
    try {
      const answer = await this.#fetch(this.#options.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(content),
        redirect: "error",
        signal: timeout.signal,
      });
      await answer.body?.cancel();
      return answer.status;
    } catch {
      return timeout.signal.aborted ? "timeout" : "unreachable";
    } finally {
      cancel();
      this.#open--;
    }
  }
}

function isSuccess(status: number | HookSilence): boolean {
  return typeof status === "number" && status >= 200 && status < 300;
}
