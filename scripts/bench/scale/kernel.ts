import { networkInterfaces } from "node:os";
import { readFileSync } from "node:fs";
import { silentLogger } from "../../../agent/log.ts";
import { systemRandom } from "../../../agent/random.ts";
import { howToRefresh } from "../../../agent/relay/server/choose-forwarder.ts";
import { DEFAULT_POLL_MS, KernelForwarder } from "../../../agent/relay/server/kernel-forwarder.ts";
import {
  changeScript,
  FLOW_TIMEOUT_SEC,
  listCountersArgs,
  loadScript,
  parseCounters,
  refreshScript,
  relayTableName,
  removeScript,
  type Flow,
  type FlowEnd,
  type Meter,
  type TableChange,
} from "../../../agent/relay/server/nft-ruleset.ts";
import { UserspaceForwarder } from "../../../agent/relay/server/userspace-forwarder.ts";
import { systemRunner } from "../../../agent/runner.ts";
import { parseId, type AllocationId } from "../../../protocol/ids.ts";
import { benchAllocation } from "../relay/allocation.ts";
import { PaperPorts, placeOf } from "./paper-ports.ts";
import { SkippingClock } from "./skipping-clock.ts";
import { each, growth, kernelBytes, processBytes, type Figure } from "./stopwatch.ts";
import { PORTS, SILENT_EVENTS } from "./userspace.ts";

const DEVICE = "eth0";
const TURNS = 25;
const POLLS = 5;
const BYTES_PER_SEC = 1_250_000;

/** What nft alone takes, with its start: the scripts that the forwarder writes, on a table of `count` flows. */
export async function nft(count: number): Promise<readonly Figure[]> {
  const table = relayTableName("bench");
  const apply = async (script: string): Promise<void> => {
    const { exitCode, stderr } = await systemRunner("nft", ["-f", "-"], { input: script });
    if (exitCode !== 0) throw new Error(`nft: ${stderr.slice(0, 500)}`);
  };
  const uplink = uplinkOf(DEVICE);
  const how = await howToRefresh(systemRunner);
  const flows = Array.from({ length: count }, (_, index) => flowOf(index, uplink));
  const change = (from: readonly Flow[], to: readonly Flow[]): TableChange => ({
    chains: [],
    meters: { added: to.map(meterOf), removed: from.map(meterOf) },
    flows: [
      ...from.map((before) => ({ before, after: undefined })),
      ...to.map((after) => ({ before: undefined, after })),
    ],
  });
  const chains = [{ name: "device_0", device: DEVICE }];
  await apply(loadScript(table, { ...change([], []), chains }));
  const kernelBefore = kernelBytes();
  const figures = [
    await each("add all at once", 1, () => apply(changeScript(table, change([], flows)))),
    growth("memory of the kernel", kernelBefore, kernelBytes(), count),
    await each("add one", TURNS, (turn) =>
      apply(changeScript(table, change([], [flowOf(count + turn, uplink)]))),
    ),
    await each("refresh one", TURNS, (turn) => apply(refreshScript(table, [flowOf(turn, uplink)], how))),
    await each("remove one", TURNS, (turn) =>
      apply(changeScript(table, change([flowOf(count + turn, uplink)], []))),
    ),
    await each("refresh all", POLLS, () => apply(refreshScript(table, flows, how))),
    await each("counters of all", POLLS, async () => {
      const { stdout } = await systemRunner("nft", listCountersArgs(table));
      const counters = parseCounters(stdout);
      if (!counters.ok || counters.value.size < 2 * count) throw new Error("counters are missing");
    }),
  ];
  await apply(removeScript(table));
  return figures;
}

/** The whole forwarder with nftables, but without sockets: legs bind by STUN that is handed to it. */
export async function kernel(count: number): Promise<readonly Figure[]> {
  const before = processBytes();
  const clock = new SkippingClock();
  const ports = new PaperPorts();
  await using forwarder = new KernelForwarder(
    {
      clock,
      run: systemRunner,
      log: silentLogger,
      events: SILENT_EVENTS,
      createUserspace: (events) =>
        new UserspaceForwarder(
          { clock, random: systemRandom, openPort: ports.open, events },
          { ports: PORTS, allowLoopback: false },
        ),
    },
    { owner: "bench", refreshing: await howToRefresh(systemRunner) },
  );
  const open = async (index: number): Promise<number> => {
    const port = await forwarder.open({ ...benchAllocation(index), bandwidthBps: 8 * BYTES_PER_SEC });
    if (!port.ok) throw new Error("no port");
    return port.value;
  };
  const bind = (index: number, port: number): void => {
    ports.bind(index, "a", port);
    ports.bind(index, "b", port);
  };
  /** Until nothing waits: a close does, whether there was anything to close or not. */
  const settled = (): Promise<void> => forwarder.close(NOBODY);
  const mustBeKernels = (index: number): void => {
    if (forwarder.status(benchAllocation(index).id)?.kind !== "kernel")
      throw new Error(`allocation ${index} is not in the kernel`);
  };

  const numbers: number[] = [];
  for (let index = 0; index < count; index++) numbers.push(await open(index));
  numbers.forEach((port, index) => bind(index, port));
  const figures = [await each("all at once, from their last binding on", 1, settled)];
  [0, count - 1].forEach(mustBeKernels);
  figures.push(
    growth("memory of the process", before, processBytes(), count),
    await each("add one", TURNS, async (turn) => {
      bind(count + turn, await open(count + turn));
      await settled();
    }),
    await each("a leg roams", TURNS, async (turn) => {
      const place = { ...placeOf(turn, "a"), port: 51_821 };
      ports.bind(turn, "a", numbers[turn] ?? 0, place);
      await settled();
    }),
    await each("remove one", TURNS, (turn) => forwarder.close(benchAllocation(count + turn).id)),
    await each("poll: counters and routes", POLLS, async () => {
      clock.skip(DEFAULT_POLL_MS);
      await settled();
    }),
    await each("poll that refreshes all", POLLS, async () => {
      clock.skip((FLOW_TIMEOUT_SEC * 1000) / 3);
      await settled();
    }),
  );
  [0, count - 1].forEach(mustBeKernels);
  return figures;
}

const NOBODY = ((): AllocationId => {
  const id = parseId<AllocationId>("0".repeat(32));
  if (!id.ok) throw new Error(id.reason);
  return id.value;
})();

function flowOf(index: number, uplink: Uplink): Flow {
  const end = (leg: "a" | "b") => ({ remote: placeOf(index, leg), ...uplink });
  return { index, port: PORTS.first + index, ends: { a: end("a"), b: end("b") } };
}

function meterOf({ index }: Flow): Meter {
  return { index, family: "ipv4", bytesPerSec: BYTES_PER_SEC };
}

type Uplink = Omit<FlowEnd, "remote">;

/** The one cable of a lab's host. Nothing is sent, so any address is a next hop. */
function uplinkOf(device: string): Uplink {
  const local = networkInterfaces()[device]?.find(({ family }) => family === "IPv4")?.address;
  if (local === undefined) throw new Error(`${device} has no address`);
  return {
    local,
    hop: local,
    device,
    ifIndex: Number(readFileSync(`/sys/class/net/${device}/ifindex`, "utf8")),
  };
}
