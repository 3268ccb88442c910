/** The thread that `BatchedPorts` starts. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { systemClock } from "../../../clock.ts";
import { loadLibc } from "./libc.ts";
import { PacketWorker } from "./packet-worker.ts";
import { tryOut } from "./trial.ts";
import type { WorkerCommand, WorkerData } from "./worker-messages.ts";

const main = parentPort;
if (main === null) throw new Error("not a worker thread");
const libc = await loadLibc();
tryOut(libc);
new PacketWorker({
  libc,
  data: workerData as WorkerData,
  clock: systemClock,
  nextCommand: () => receiveMessageOnPort(main)?.message as WorkerCommand | undefined,
  tell: (report) => main.postMessage(report),
}).run();
