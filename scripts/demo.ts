import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { terminalStyle } from "../agent/cli/style.ts";
import { labPrivilege } from "../test/lab/privilege.ts";
import { lookAround, topology } from "./demonstration/picture.ts";
import { Screen } from "./demonstration/screen.ts";
import { Stage } from "./demonstration/stage.ts";
import { raiseVolunteer, tellStory } from "./demonstration/story.ts";

const USAGE = `usage: scripts/demo [--keep] [--json]
       scripts/demo --clean

Shows two hosts behind NATs reach each other, with real agents in network namespaces.

  --keep   leave it running, and say how to look around
  --json   print one JSON document instead
  --clean  remove what --keep left
`;

/** sysexits.h, as in the program itself. */
const EX_USAGE = 64;
const EX_NOPERM = 77;

/** It takes some 20 s; somebody is watching, and cleaning up takes a second. */
const DEADLINE_MS = 55_000;

/** Of each agent's log, where a step failed. */
const LOG_TAIL_LINES = 25;

const ENDING_SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

type Options = { readonly keep: boolean; readonly clean: boolean; readonly json: boolean };

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === "number") return options;
  const missing = labPrivilege();
  if (missing !== undefined) {
    process.stderr.write(`demo: ${missing}\n`);
    return EX_NOPERM;
  }
  if (options.clean) {
    const removed = Stage.clean();
    process.stdout.write(options.json ? `${JSON.stringify({ removed })}\n` : `removed: ${removed}\n`);
    return 0;
  }
  return perform(options);
}

/** A number is the exit status, everything being said. */
function readOptions(): Options | number {
  const flag = { type: "boolean", default: false } as const;
  try {
    const { help, ...options } = parseArgs({
      options: { keep: flag, clean: flag, json: flag, help: { ...flag, short: "h" } },
    }).values;
    if (!help) return options;
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    process.stderr.write(`demo: ${(error as Error).message}\n${USAGE}`);
    return EX_USAGE;
  }
}

async function perform({ keep, json }: Options): Promise<number> {
  exitOnSignals();
  const startedAt = performance.now();
  const screen = new Screen({
    write: (text) => {
      if (!json) process.stdout.write(text);
    },
    style: terminalStyle(process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === ""),
    isTerminal: process.stdout.isTTY,
  });
  let stage: Stage | undefined;
  const play = async (): Promise<void> => {
    stage = await buildStage(screen, keep);
    await tellStory(stage, screen);
    if (keep) await raiseVolunteer(stage, screen);
  };
  const late = wait(DEADLINE_MS, undefined, { ref: false }).then(() => {
    throw new Error(`it did not end within ${DEADLINE_MS / 1000} s`);
  });
  const failure = await Promise.race([play(), late]).then(
    () => undefined,
    (error: unknown) => String(error),
  );

  const steps = screen.results;
  const ok = failure === undefined && steps.every((step) => step.ok);
  const tookMs = Math.round(performance.now() - startedAt);
  if (!ok) process.stderr.write(report(stage, failure));
  screen.heading(
    `${ok ? "Everything worked" : "Not everything worked"}, in ${(tookMs / 1000).toFixed(1)} s.`,
  );
  const left = keep && stage !== undefined ? lookAround(stage) : [];
  if (left.length > 0) {
    stage?.keep();
    screen.heading("Left running:");
    screen.print(...left);
  }
  if (json) process.stdout.write(`${JSON.stringify({ ok, tookMs, steps, left }, undefined, 2)}\n`);
  return ok ? 0 : 1;
}

async function buildStage(screen: Screen, keep: boolean): Promise<Stage> {
  const startedAt = performance.now();
  const stage = await Stage.build(keep);
  const tookMs = Math.round(performance.now() - startedAt);
  screen.heading(`Three hosts and two NATs, of network namespaces, in ${tookMs} ms`);
  screen.print(...topology(stage));
  return stage;
}

/** Why, and the ends of the agents' logs. */
function report(stage: Stage | undefined, failure: string | undefined): string {
  const logs = (stage?.agents ?? []).map(
    (agent) => `\n== ${agent.name}: ${agent.logFile}\n${agent.logTail(LOG_TAIL_LINES)}\n`,
  );
  return `\ndemo: ${failure ?? "a step came out other than expected"}\n${logs.join("")}`;
}

/** Whoever built something removes it on exit. */
function exitOnSignals(): void {
  for (const [signal, number] of Object.entries(ENDING_SIGNALS)) {
    process.once(signal, () => {
      process.stderr.write(`\ndemo: ${signal}: cleaning up\n`);
      process.exit(128 + number);
    });
  }
  // Whoever read us has gone; node turns SIGPIPE (13) into this.
  process.stdout.once("error", () => process.exit(128 + 13));
}

process.exit(await main());
