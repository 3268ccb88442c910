import { describe, expect, it } from "vitest";
import type { LogLevel } from "../../agent/config/schema.ts";
import { withThreshold } from "../../agent/log-threshold.ts";
import { silentLogger, type Logger } from "../../agent/log.ts";

describe("withThreshold", () => {
  //
  it("lets through what is severe enough at that moment, also of children that were made before", () => {
    const said: unknown[] = [];
    const note = (_fields: unknown, text?: unknown): void => void said.push(text);
    const log: Logger = { ...silentLogger, debug: note, info: note, warn: note, child: () => log };
    let level: LogLevel = "warn";
    const child = withThreshold(log, () => level).child({ component: "path" });
    child.info({}, "too quiet");
    child.warn({}, "loud enough");
    level = "debug";
    child.debug({}, "loud enough now");
    child.trace({}, "never");
    expect(said).toEqual(["loud enough", "loud enough now"]);
  });
});
