import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { INVITE, PAIR, PEERS } from "../admin/fake-api.ts";
import { TestCommandLine } from "./command-line.ts";

/** What bash would offer for these words, the last being completed. */
async function offered(...words: string[]): Promise<string[]> {
  await using hopwire = new TestCommandLine();
  const script = join(hopwire.dir, "completion");
  writeFileSync(script, (await hopwire.run(["completion", "bash"])).out);
  // Stands for the program: answers "peers", "invites list" and "relay allocations", all with --json, as `hopwire` prints them.
  const program = join(hopwire.dir, "hopwire");
  const printed = (value: unknown) => `cat <<'END'\n${JSON.stringify(value, undefined, 2)}\nEND\n`;
  const list = { volunteering: true, allocations: [PAIR] };
  const answers = `relay)\n${printed(list)};;\ninvites)\n${printed([INVITE])};;\n*)\n${printed(PEERS)};;`;
  writeFileSync(program, `#!/bin/sh\ncase $1 in\n${answers}\nesac\n`);
  chmodSync(program, 0o755);
  const ask =
    'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hopwire; printf "%s\\n" "${COMPREPLY[@]}"';
  const answer = execFileSync("bash", ["--norc", "-c", ask, "bash", script, "hopwire", ...words], {
    encoding: "utf8",
    // With a socket for its input bash takes itself for a remote shell and reads start-up files.
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: `${hopwire.dir}:${process.env["PATH"] ?? ""}` },
  });
  return answer.split("\n").filter((word) => word !== "");
}

describe("completion bash", () => {
  it("offers commands, and with one of them what belongs to it", async () => {
    expect(await offered("st")).toEqual(["status"]);
    expect(await offered("relay", "st")).toEqual(["start", "stop", "status", "stats"]);
    expect(await offered("relay", "start", "--max")).toEqual(["--max-allocations"]);
    expect(await offered("relay", "bootstrap", "")).toEqual(
      expect.arrayContaining(["add", "remove", "list"]),
    );
    expect(await offered("relay", "bootstrap", "remove", "")).toEqual(
      expect.arrayContaining(["bob", "dave"]),
    );
    expect(await offered("status", "--js")).toEqual(["--json"]);
  });

  it("does not take an option's value for a command", async () => {
    expect(await offered("--interface", "relay", "net")).toEqual(["netcheck"]);
  });

  it("offers members where a member is meant, and not for a new one", async () => {
    expect(await offered("ping", "")).toEqual(["bob", "dave"]);
    expect(await offered("cache", "show", "d")).toEqual(["dave"]);
    expect(await offered("peers", "show", "b")).toEqual(["bob"]);
    expect(await offered("invite", "b")).toEqual([]);
    expect(await offered("invites", "withdraw", "")).toEqual([INVITE.name]);
  });
});

describe("completion bash of relay", () => {
  it("offers the allocations that there are where one is to be ended", async () => {
    expect(await offered("relay", "end", "")).toEqual([PAIR.id]);
    expect(await offered("relay", "end", "--js")).toEqual(["--json"]);
    expect(await offered("relay", "allocations", "--w")).toEqual(["--watch"]);
  });
});

describe("completion", () => {
  it("names every command in each shell's script", async () => {
    await using hopwire = new TestCommandLine();
    for (const shell of ["bash", "zsh", "fish"]) {
      const { exitCode, out } = await hopwire.run(["completion", shell]);
      expect(exitCode).toBe(0);
      for (const command of ["up", "netcheck", "forget", "max-allocations"]) expect(out).toContain(command);
    }
  });
});
