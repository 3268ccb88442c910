import { systemClock } from "../../../agent/clock.ts";
import { systemRandom } from "../../../agent/random.ts";
import { ANY_ADDRESS, udpPortOpener } from "../../../agent/relay/server/udp-port.ts";
import { UserspaceForwarder } from "../../../agent/relay/server/userspace-forwarder.ts";
import { benchAllocation } from "../relay/allocation.ts";
import { bindingRequest, PaperPorts, placeOf } from "./paper-ports.ts";
import { each, growth, kernelBytes, mean, processBytes, type Figure } from "./stopwatch.ts";

/** Wider than the default, so that ten thousand and a few more fit. */
export const PORTS = { first: 20_000, last: 39_999 };

const POLLS = 5;
const KEEPALIVES = 20_000;

export const SILENT_EVENTS = {
  legConfirmed: () => undefined,
  legLost: () => undefined,
  legAlive: () => undefined,
  failed: (_: string, error: Error) => {
    throw error;
  },
};

/** Real sockets, two for each allocation: no packet but the kernel's memory and Node's. */
export async function userspace(count: number): Promise<readonly Figure[]> {
  const [processBefore, kernelBefore] = [processBytes(), kernelBytes()];
  await using forwarder = new UserspaceForwarder(
    {
      clock: systemClock,
      random: systemRandom,
      openPort: udpPortOpener(ANY_ADDRESS),
      events: SILENT_EVENTS,
    },
    { ports: PORTS, allowLoopback: false },
  );
  const ids = Array.from({ length: count }, (_, index) => benchAllocation(index).id);
  const figures = [
    await mean("add", count, async (index) => {
      if (!(await forwarder.open(benchAllocation(index))).ok) throw new Error("no port");
    }),
    growth("memory of the process", processBefore, processBytes(), count),
    growth("memory of the kernel", kernelBefore, kernelBytes(), count),
    await each("poll: counters of all", POLLS, () => {
      for (const id of ids) forwarder.status(id);
    }),
    await mean("remove", count, (index) => forwarder.close(ids[index] ?? benchAllocation(index).id)),
    await keepalive(count),
  ];
  return figures;
}

/** What STUN costs without the socket: both ends of every pair send one each 750 ms while the relay carries them. */
async function keepalive(count: number): Promise<Figure> {
  const ports = new PaperPorts();
  await using forwarder = new UserspaceForwarder(
    { clock: systemClock, random: systemRandom, openPort: ports.open, events: SILENT_EVENTS },
    { ports: PORTS, allowLoopback: false },
  );
  const requests: Uint8Array[] = [];
  const numbers: number[] = [];
  for (let index = 0; index < count; index++) {
    const port = await forwarder.open(benchAllocation(index));
    if (!port.ok) throw new Error("no port");
    ports.bind(index, "a", port.value);
    numbers.push(port.value);
    requests.push(bindingRequest(index, "a"));
  }
  const keepAlive = (turn: number): void => {
    const index = turn % count;
    ports.keepAlive(requests[index] ?? new Uint8Array(), numbers[index] ?? 0, placeOf(index, "a"));
  };
  // Each leg's first one makes the key that the others use.
  await mean("warm up", count, keepAlive);
  return await mean("keepalive of a leg", KEEPALIVES, keepAlive);
}
