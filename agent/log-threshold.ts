import type { LogLevel } from "./config/schema.ts";
import type { Logger } from "./log.ts";

/** pino's numbers. */
const SEVERITY = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const satisfies Record<
  LogLevel,
  number
>;

/** Passes on what is at least as severe as `level()` says at that moment: pino's own children keep the level of their birth. */
export function withThreshold(log: Logger, level: () => LogLevel): Logger {
  const gate = (severity: LogLevel) =>
    ((...args: [object, string]): void => {
      if (SEVERITY[severity] >= SEVERITY[level()]) log[severity](...args);
    }) as Logger[LogLevel];
  return {
    trace: gate("trace"),
    debug: gate("debug"),
    info: gate("info"),
    warn: gate("warn"),
    error: gate("error"),
    fatal: gate("fatal"),
    child: (fields) => withThreshold(log.child(fields), level),
  };
}
