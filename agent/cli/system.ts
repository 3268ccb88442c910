import { setTimeout as pause } from "node:timers/promises";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import { systemClock } from "../clock.ts";
import { AgentError } from "../errors.ts";
import { systemRunner } from "../runner.ts";
import type { Cli } from "./cli.ts";

export function systemCli(): Cli {
  const interrupt = new AbortController();
  let listening = false;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    readInput,
    environment: process.env,
    terminal: isatty(1), // of a stream that is none, node leaves out isTTY
    clock: systemClock,
    pause,
    run: systemRunner,
    // Only who asks for the signal takes the interrupt over; any other command just ends by it.
    get interrupted() {
      if (!listening) {
        listening = true;
        for (const signal of ["SIGINT", "SIGTERM"] as const) {
          // Kept: a library that cleans up on signals ends the process once it finds itself the only listener.
          process.on(signal, () =>
            interrupt.abort(new AgentError("command.interrupted", `interrupted by ${signal}`)),
          );
        }
      }
      return interrupt.signal;
    },
    self: [process.execPath, ...process.execArgv, fileURLToPath(new URL("../main.ts", import.meta.url))],
  };
}

async function readInput(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin as AsyncIterable<string>) text += chunk;
  return text;
}
