import { silentLogger, type Logger } from "../../agent/log.ts";

export type LogLine = { readonly level: string; readonly message: string } & Readonly<
  Record<string, unknown>
>;

/** A logger that keeps its lines, with the fields of its children. */
export function keepingLogger(lines: LogLine[], fixed: Record<string, unknown> = {}): Logger {
  const keep =
    (level: string) =>
    (fields: unknown, message = ""): void =>
      void lines.push({ ...fixed, ...(fields as object), level, message });
  return {
    ...silentLogger,
    debug: keep("debug"),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
    child: (fields) => keepingLogger(lines, { ...fixed, ...fields }),
  };
}
