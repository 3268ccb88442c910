import { execFileSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ForwarderKind } from "../../../agent/relay/server/forwarder.ts";
import { bindingUsername } from "../../../agent/relay/server/leg-binding.ts";
import { LEG_NAMES, type LegName } from "../../../agent/relay/server/leg.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { newTransactionId } from "../../../protocol/stun/header.ts";
import { decodeStun, encodeStun } from "../../../protocol/stun/message.ts";
import { benchAllocation } from "./allocation.ts";
import { throughRelay, type BenchNet } from "./bench-net.ts";
import { RELAY_CPU } from "./cpus.ts";
import { plainFlow, type Flow, type Generator } from "./generator.ts";
import { allocateChannel, channelHeader, type TurnServer } from "./turn-client.ts";

/** Something between sender and receiver whose cost is measured. A further one is one more entry in `SUBJECTS`. */
export type Subject = {
  readonly name: string;
  start(net: BenchNet): Promise<RunningSubject>;
};

export type RunningSubject = AsyncDisposable & {
  /** Of the process that relays; undefined where there is none. */
  readonly pid: number | undefined;
  /** One allocation for each of the generator's flows from `first` on, ready for its packets. */
  allocate(generator: Generator, first: number, count: number): Promise<readonly Flow[]>;
};

/** What the others are compared with: sender and receiver, and no relay between them. */
export const NO_RELAY: Subject = { name: "no relay", start: () => Promise.resolve(routed()) };

export const PLAIN = "plain forwarding";
export const KERNEL = "kernel forwarder";
export const USERSPACE = "userspace forwarder";
const DGRAM = "userspace over dgram";
export const COTURN = "coturn";

export const SUBJECTS: readonly Subject[] = [
  {
    name: PLAIN,
    async start(net) {
      const detour = await throughRelay(net);
      return routed(async () => detour[Symbol.asyncDispose]());
    },
  },
  { name: KERNEL, start: (net) => startForwarder(net, "kernel") },
  { name: USERSPACE, start: (net) => startForwarder(net, "userspace") },
  { name: DGRAM, start: (net) => startForwarder(net, "dgram") },
  { name: COTURN, start: startCoturn },
];

/** Requests under way at once: enough to hide round trips, few enough for any socket's queue. */
const PARALLEL = 16;

/** What has not ended by itself by then is killed. */
const STOP_MS = 10_000;

function routed(dispose: () => Promise<void> = () => Promise.resolve()): RunningSubject {
  return {
    pid: undefined,
    allocate: ({ sink }, first, count) => Promise.resolve(range(first, count).map(() => plainFlow(sink))),
    [Symbol.asyncDispose]: dispose,
  };
}

async function startForwarder(net: BenchNet, kind: ForwarderKind | "dgram"): Promise<RunningSubject> {
  const program = join(import.meta.dirname, "../forwarder-process.ts");
  const child = spawnPinned(net, process.execPath, [program, kind]);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const open = async (first: number, count: number): Promise<readonly number[]> => {
    child.stdin.write(`open ${first} ${count}\n`);
    const line = await lines.next();
    if (line.done === true) throw new Error("the forwarder's process ended");
    return JSON.parse(line.value) as number[];
  };
  // Nothing to open, but an answer: the program is loaded, and its memory is what it has without allocations. The thread
  // that comes with the first one has the main thread's priority.
  await open(0, 0);
  prefer(child);
  return {
    pid: child.pid,
    async allocate(generator, first, count) {
      const ports = await open(first, count);
      await inParallel(ports, async (port, index) => {
        const to = { address: net.relay.address4, port };
        for (const leg of LEG_NAMES) await bindLeg(generator, first + index, leg, to);
      });
      return ports.map((port) => plainFlow({ address: net.relay.address4, port }));
    },
    [Symbol.asyncDispose]: () => ended(child, () => child.stdin.end()),
  };
}

/** The request without a nonce brings one, and that one binds: the sender's flow as leg a, the receiver as leg b. */
async function bindLeg(generator: Generator, flow: number, leg: LegName, to: Endpoint): Promise<void> {
  const { id, legs } = benchAllocation(flow);
  const ask = async (nonce: string | undefined) => {
    const attributes = { username: bindingUsername(id, leg), ...(nonce === undefined ? {} : { nonce }) };
    const transactionId = newTransactionId(randomBytes);
    const request = encodeStun({ class: "request", transactionId, attributes }, legs[leg].legKey);
    const answer = decodeStun(await generator.exchange(leg, leg === "a" ? flow : 0, to, request));
    if (!answer.ok) throw new Error(`the forwarder's answer is no STUN: ${answer.reason}`);
    return answer.value;
  };
  const challenge = await ask(undefined);
  const answer = challenge.class === "success" ? challenge : await ask(challenge.attributes.nonce);
  if (answer.class !== "success") throw new Error("the forwarder refused to bind a leg");
}

async function startCoturn(net: BenchNet): Promise<RunningSubject> {
  const folder = await mkdtemp(join(tmpdir(), "hopwire-coturn-"));
  const address = net.relay.address4;
  const server: TurnServer = {
    endpoint: { address, port: 3478 },
    username: "bench",
    password: randomBytes(16).toString("hex"),
    realm: "bench.example",
  };
  const config = join(folder, "turnserver.conf");
  await writeFile(config, coturnConfig(server, folder), { mode: 0o600 });
  const child = spawnPinned(net, "turnserver", ["-c", config]);
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  return {
    pid: child.pid,
    async allocate(generator, first, count) {
      const flows = range(first, count);
      await inParallel(flows, (flow) => allocateChannel(generator, flow, server, generator.sink));
      prefer(child);
      return flows.map(() => ({ to: server.endpoint, prefix: channelHeader }));
    },
    async [Symbol.asyncDispose]() {
      await ended(child, () => child.kill("SIGTERM")).finally(remove);
    },
  };
}

/** One relay thread for the one CPU, no TLS, no TCP, no log to write: as fast as it gets. */
function coturnConfig({ endpoint, username, password, realm }: TurnServer, folder: string): string {
  return [
    ...[`listening-ip=${endpoint.address}`, `listening-port=${endpoint.port}`],
    ...[`relay-ip=${endpoint.address}`, "min-port=40000", "max-port=49999", "relay-threads=1"],
    ...["lt-cred-mech", `realm=${realm}`, `user=${username}:${password}`],
    ...["no-tls", "no-dtls", "no-tcp", "no-tcp-relay", "no-cli", "no-software-attribute"],
    ...[`userdb=${folder}/turndb`, `pidfile=${folder}/pid`, "log-file=/dev/null", "no-stdout-log"],
    "",
  ].join("\n");
}

function spawnPinned(
  net: BenchNet,
  program: string,
  args: readonly string[],
): ChildProcessWithoutNullStreams {
  const child = net.relay.spawn("taskset", ["-c", String(RELAY_CPU), program, ...args]);
  child.stderr.on("data", (text: Buffer) => process.stderr.write(text));
  child.stdin.on("error", () => undefined);
  return child;
}

/**
 * Above generator.c's PRIORITY, and so above the soaker. Helpers above the main thread: V8's main thread spins
 * until its collector's helpers are done, and on one CPU they never would be. Not earlier: Node does not start so.
 */
function prefer({ pid }: ChildProcessWithoutNullStreams): void {
  execFileSync("chrt", ["--all-tasks", "--fifo", "--pid", "3", String(pid)]);
  execFileSync("chrt", ["--fifo", "--pid", "2", String(pid)]);
}

async function ended(child: ChildProcessWithoutNullStreams, end: () => unknown): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  end();
  const patience = AbortSignal.timeout(STOP_MS);
  patience.addEventListener("abort", () => child.kill("SIGKILL"));
  await closed;
}

function range(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

async function inParallel<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const rest = items.entries();
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (const [index, item] of rest) await work(item, index);
    }),
  );
}
