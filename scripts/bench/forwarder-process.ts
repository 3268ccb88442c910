/**
 * The relay's forwarder in a process of its own, so that the bench can run it in a namespace and on a CPU of its
 * choice: `forwarder-process.ts userspace|dgram|kernel`; dgram is userspace where packets cannot be had in batches. For each line "open FIRST COUNT" on standard input it opens those
 * allocations and prints their ports as JSON. Ends when standard input does.
 */
import { createInterface } from "node:readline";
import { systemClock } from "../../agent/clock.ts";
import { silentLogger } from "../../agent/log.ts";
import { systemRandom } from "../../agent/random.ts";
import { chooseForwarder } from "../../agent/relay/server/choose-forwarder.ts";
import type { ForwarderEvents } from "../../agent/relay/server/forwarder.ts";
import { batchedPortOpener } from "../../agent/relay/server/batched/port-opener.ts";
import { ANY_ADDRESS, udpPortOpener } from "../../agent/relay/server/udp-port.ts";
import { UserspaceForwarder } from "../../agent/relay/server/userspace-forwarder.ts";
import { systemRunner } from "../../agent/runner.ts";
import { benchAllocation } from "./relay/allocation.ts";

const wanted = process.argv[2] === "kernel" ? "kernel" : "userspace";
const openPort =
  process.argv[2] === "dgram"
    ? udpPortOpener(ANY_ADDRESS)
    : batchedPortOpener({ addresses: ANY_ADDRESS, log: silentLogger });
const parts = { clock: systemClock, random: systemRandom, openPort };
const choice = await chooseForwarder({
  clock: systemClock,
  run: systemRunner,
  log: silentLogger,
  owner: "bench",
  wanted,
  createUserspace: (events) =>
    new UserspaceForwarder(
      { ...parts, events },
      { ports: { first: 40_000, last: 49_999 }, allowLoopback: false },
    ),
});
if (choice.kind !== wanted) throw new Error(`no ${wanted} forwarder: ${choice.reason}`);

const events: ForwarderEvents = {
  legConfirmed: () => undefined,
  legLost: () => undefined,
  legAlive: () => undefined,
  failed: (id, error) => console.error(`allocation ${id} failed: ${error.message}`),
};
await using forwarder = choice.create(events);

for await (const line of createInterface(process.stdin)) {
  const [, first, count] = line.split(" ").map(Number);
  const ports: number[] = [];
  for (let index = first ?? 0; index < (first ?? 0) + (count ?? 0); index++) {
    const port = await forwarder.open(benchAllocation(index));
    if (!port.ok) throw new Error(`allocation ${index} was refused: ${port.reason}`);
    ports.push(port.value);
  }
  console.log(JSON.stringify(ports));
}
