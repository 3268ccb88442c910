import { describe, expect, it } from "vitest";
import { systemListener, type ProgramEvents } from "../agent/runner.ts";

/** What a program said until it ended, or until `wanted` lines have come. */
async function heard(
  program: string,
  args: readonly string[],
  wanted = Infinity,
): Promise<{ lines: readonly string[]; why: string | undefined }> {
  const lines: string[] = [];
  const over = Promise.withResolvers<string | undefined>();
  const events: ProgramEvents = {
    onLine(line) {
      lines.push(line);
      if (lines.length >= wanted) over.resolve(undefined);
    },
    onEnd: (why) => over.resolve(why),
  };
  using _program = systemListener(program, args, events);
  return { why: await over.promise, lines };
}

const node = (script: string): readonly [string, readonly string[]] => [process.execPath, ["-e", script]];

describe("a program that is listened to", () => {
  it("is heard line by line, however its output is cut, and to the end", async () => {
    const script = `process.stdout.write("one\\ntw"); setTimeout(() => { process.stdout.write("o\\n\\nrest"); process.exitCode = 3; }, 20);`;
    expect(await heard(...node(script))).toEqual({ lines: ["one", "two", ""], why: "exit 3" });
  });

  it("gets no input, and is told of where it is missing", async () => {
    const script = `process.stdin.on("end", () => process.exit(0)).resume();`;
    expect(await heard(...node(script))).toEqual({ lines: [], why: "exit 0" });
    expect(await heard("no-such-program-of-ours", [])).toEqual({ lines: [], why: "ENOENT" });
  });

  it("is ended where it writes a line without an end", async () => {
    const script = `setInterval(() => process.stdout.write("x".repeat(50_000)), 1);`;
    expect(await heard(...node(script))).toEqual({ lines: [], why: "line too long" });
  });

  it("ends with its listener, and is not heard any more", async () => {
    const script = `console.log(process.pid); setInterval(() => console.log("more"), 1);`;
    const { lines, why } = await heard(...node(script), 1);
    expect(why).toBeUndefined();
    const { length } = lines;
    const isAlive = (): boolean => {
      try {
        return process.kill(Number(lines[0]), 0);
      } catch {
        return false;
      }
    };
    await expect.poll(isAlive, { timeout: 5_000 }).toBe(false);
    expect(lines).toHaveLength(length);
  });
});
