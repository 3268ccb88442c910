import { readFile } from "node:fs/promises";
import type { LabAgent } from "../../../test/lab/lab-agent.ts";

/** Of an agent's process since its start; wireguard-go, which stands for the kernel's WireGuard here, is not in it. */
export type ProcessFigures = { readonly cpuMs: number; readonly rssBytes: number };

/** USER_HZ, which is 100 on every architecture that Node runs on. */
const TICK_MS = 10;
const PAGE_BYTES = 4_096;

export async function figuresOf(agent: LabAgent): Promise<ProcessFigures> {
  const { pid } = agent;
  if (pid === undefined) throw new Error(`${agent.name} does not run`);
  const [stat, statm] = await Promise.all(
    ["stat", "statm"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8")),
  );
  // proc_pid_stat(5): after the name, which may hold blanks, utime and stime are the 12th and 13th.
  const fields = (stat ?? "").slice((stat ?? "").lastIndexOf(")") + 2).split(" ");
  const [utime, stime] = [fields[11], fields[12]];
  return {
    cpuMs: (Number(utime) + Number(stime)) * TICK_MS,
    rssBytes: Number((statm ?? "").split(" ")[1]) * PAGE_BYTES,
  };
}
