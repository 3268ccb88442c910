/** The worker, but the first packet that it shall send breaks it. */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { systemClock } from "../../../../agent/clock.ts";
import { loadLibc } from "../../../../agent/relay/server/batched/libc.ts";
import { PacketWorker } from "../../../../agent/relay/server/batched/packet-worker.ts";
import type { WorkerCommand, WorkerData } from "../../../../agent/relay/server/batched/worker-messages.ts";

const main = parentPort;
if (main === null) throw new Error("not a worker thread");
new PacketWorker({
  libc: await loadLibc(),
  data: workerData as WorkerData,
  clock: systemClock,
  nextCommand: () => {
    const command = receiveMessageOnPort(main)?.message as WorkerCommand | undefined;
    if (command?.tag === "send") throw new Error("as told");
    return command;
  },
  tell: (report) => main.postMessage(report),
}).run();
