import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DurableFile } from "../../cache/durable-file.ts";

const WRITER = fileURLToPath(new URL("./kill-writer.ts", import.meta.url));
const KILLS = 25;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hopwire-kill-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Starts a writer, kills it after it said that `states` are durable, and gives back the last it said. */
async function killedAfter(path: string, states: number): Promise<number> {
  const writer = spawn(process.execPath, [WRITER, path], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(writer, "exit");
  let last = 0;
  try {
    for await (const line of createInterface({ input: writer.stdout })) {
      last = Number(line);
      // The writer goes on while this line is on its way, so the signal meets it at any of its steps.
      if (last >= states) writer.kill("SIGKILL");
    }
  } finally {
    writer.kill("SIGKILL");
    await exited;
  }
  return last;
}

describe("kill -9 of a writer, R-205", () => {
  it(
    "leaves a whole state, no older than the last one that was said to be durable",
    { timeout: 60_000 },
    async () => {
      const path = join(folder, "state");
      for (let kill = 0; kill < KILLS; kill += 1) {
        await rm(path, { force: true });
        const said = await killedAfter(path, 1 + ((kill * 13) % 40));
        const [count, ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
        expect(lines).toHaveLength(Number(count));
        expect(new Set(lines).size).toBe(1);
        expect(Number(lines[0])).toBeGreaterThanOrEqual(said);
      }
      await new DurableFile(path).read();
      expect(await readdir(folder)).toEqual(["state"]);
    },
  );
});
