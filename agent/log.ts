import type { Logger as PinoLogger } from "pino";

/**
 * Messages are fixed sentences, what varies is in fields. No key, token or packet content at any level.
 * The subset of pino that the agent uses, so that tests can pass a silent one.
 */
export type Logger = Pick<PinoLogger, "trace" | "debug" | "info" | "warn" | "error" | "fatal"> & {
  child(fields: Record<string, unknown>): Logger;
};

const nothing = (): void => undefined;

export const silentLogger: Logger = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
  child: () => silentLogger,
};
