import { isDeepStrictEqual } from "node:util";
import { AgentError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { LoadedConfig } from "./load.ts";
import { CONFIG_KEYS, configKeys, type AgentConfig, type ConfigKey, type ConfigValues } from "./schema.ts";

/** What a changed file asks of an agent that runs. */
export type ConfigChange = {
  /** Differ from what runs now and can be taken over. */
  readonly live: readonly ConfigKey[];
  /** Differ from what the agent was started with, and wait for the next start. */
  readonly restart: readonly ConfigKey[];
};

export function configChange(started: ConfigValues, running: ConfigValues, next: ConfigValues): ConfigChange {
  const differs = (key: ConfigKey, from: ConfigValues): boolean => !isDeepStrictEqual(from[key], next[key]);
  const isLive = (key: ConfigKey): boolean => CONFIG_KEYS[key].change === "live";
  return {
    live: configKeys.filter((key) => isLive(key) && differs(key, running)),
    restart: configKeys.filter((key) => !isLive(key) && differs(key, started)),
  };
}

/** Takes over the keys in `changed`, each of which can change live. Whether it throws or not, the others are told. */
export type ReloadHook = (config: AgentConfig, changed: readonly ConfigKey[]) => void;

/**
 * The configuration of an agent that runs, read again when it is told to. A file that is no good changes nothing.
 * Keys that cannot change live keep, for the hooks, the value that was read; nobody but the next start acts on it.
 */
export class LiveConfig {
  readonly #started: LoadedConfig;
  readonly #read: () => LoadedConfig;
  readonly #log: Logger;
  readonly #hooks = new Set<ReloadHook>();
  #running: LoadedConfig;

  /** `read` may throw AgentError config.invalid. */
  constructor(started: LoadedConfig, read: () => LoadedConfig, log: Logger) {
    this.#started = started;
    this.#running = started;
    this.#read = read;
    this.#log = log;
  }

  /** What the agent was started with. */
  get started(): AgentConfig {
    return this.#started.config;
  }

  /** Returns what takes the hook off again. */
  onReload(hook: ReloadHook): () => void {
    this.#hooks.add(hook);
    return () => this.#hooks.delete(hook);
  }

  reload(): void {
    const next = this.#readAgain();
    if (next === undefined) return;
    const { live, restart } = configChange(this.#started.values, this.#running.values, next.values);
    this.#running = next;
    if (live.length > 0) {
      for (const hook of this.#hooks) this.#tell(hook, live);
    }
    this.#log.info({ file: next.file, changed: live }, "configuration read again");
    if (restart.length > 0) {
      this.#log.warn({ keys: restart }, "configuration has changes that wait for a restart of the agent");
    }
  }

  #readAgain(): LoadedConfig | undefined {
    try {
      return this.#read();
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      const { message: reason, hint } = error;
      this.#log.error({ reason, hint }, "configuration is no good; the agent goes on with the one before");
      return undefined;
    }
  }

  #tell(hook: ReloadHook, changed: readonly ConfigKey[]): void {
    try {
      hook(this.#running.config, changed);
    } catch (error) {
      this.#log.error({ err: error }, "a part of the agent did not take over its configuration");
    }
  }
}
