/**
 * One part of `bench:scale` in a process of its own, so that its memory is its own: `scale-process.ts PART COUNT`.
 * Prints what it measured as JSON.
 */
import { readFileSync } from "node:fs";
import { kernel, nft } from "./scale/kernel.ts";
import type { Measured, ScalePart } from "./scale/parts.ts";
import { relayServer } from "./scale/relay-server.ts";
import type { Figure } from "./scale/stopwatch.ts";
import { userspace } from "./scale/userspace.ts";

const MEASURE: Readonly<Record<ScalePart, (count: number) => Promise<readonly Figure[]>>> = {
  bookkeeping: relayServer,
  userspace,
  nft,
  kernel,
};

/** Node's own, and room. */
const OTHER_FILES = 100;

const [part, wanted] = process.argv.slice(2) as [ScalePart, string];
const count = part === "userspace" ? Math.min(Number(wanted), mostSocketPairs()) : Number(wanted);
const measured: Measured = { count, figures: await MEASURE[part](count) };
console.log(JSON.stringify(measured));
// Relays leave timers to their owners, which end here.
process.exit();

function mostSocketPairs(): number {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const files = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? NaN);
  return Math.floor((files - OTHER_FILES) / 2);
}
