/**
 * A kernel forwarder with one allocation in a namespace, worked by lines of JSON.
 * Started as: node forwarder-process.ts <poll in ms> <bandwidth in bit/s, 0 for none> <of the allocation: pair, or of all: relay>
 */
import { createInterface } from "node:readline";
import { systemClock } from "../../../agent/clock.ts";
import { silentLogger } from "../../../agent/log.ts";
import { systemRandom } from "../../../agent/random.ts";
import { batchedPortOpener } from "../../../agent/relay/server/batched/port-opener.ts";
import { chooseForwarder } from "../../../agent/relay/server/choose-forwarder.ts";
import type { ForwarderStatus, LegCounters } from "../../../agent/relay/server/forwarder.ts";
import type { LegName } from "../../../agent/relay/server/leg.ts";
import { ANY_ADDRESS } from "../../../agent/relay/server/udp-port.ts";
import { UserspaceForwarder } from "../../../agent/relay/server/userspace-forwarder.ts";
import { systemRunner } from "../../../agent/runner.ts";
import { parseId, type AllocationId } from "../../../protocol/ids.ts";

export type ForwarderCommand =
  | { readonly tag: "status" }
  | { readonly tag: "relearn"; readonly leg: LegName }
  | { readonly tag: "dispose" };

export type ForwarderReport =
  | { readonly tag: "opened"; readonly port: number }
  | {
      readonly tag: "status";
      readonly status: Pick<ForwarderStatus, "kind" | "counters" | "endpoints"> & {
        readonly overRate: number;
      };
      /** What crossed the sockets alone. */
      readonly userspace: Readonly<Record<LegName, LegCounters>>;
      readonly warnings: readonly string[];
    }
  | { readonly tag: "disposed" };

export const KEY = { a: new Uint8Array(32).fill(0xa), b: new Uint8Array(32).fill(0xb) };

if (import.meta.main) {
  const tell = (report: ForwarderReport): void => void process.stdout.write(JSON.stringify(report) + "\n");
  const id = parseId<AllocationId>("7".repeat(32));
  if (!id.ok) throw new Error(id.reason);
  const bandwidthBps = Number(process.argv[3]);
  const limit = bandwidthBps === 0 ? {} : { bandwidthBps };
  const isOfAll = process.argv[4] === "relay";
  const warnings: string[] = [];
  let userspace: UserspaceForwarder | undefined;
  const openPort = batchedPortOpener({ addresses: ANY_ADDRESS, log: silentLogger });
  const choice = await chooseForwarder({
    wanted: "kernel",
    owner: "hw0",
    ...(isOfAll ? limit : {}),
    pollMs: Number(process.argv[2]),
    clock: systemClock,
    run: systemRunner,
    log: { ...silentLogger, warn: (_fields: unknown, text?: string) => void warnings.push(text ?? "") },
    createUserspace: (events) => {
      userspace = new UserspaceForwarder(
        { clock: systemClock, random: systemRandom, openPort, events },
        { ports: { first: 40_000, last: 49_999 }, allowLoopback: false },
      );
      return userspace;
    },
  });
  const nothing = (): void => undefined;
  const forwarder = choice.create({
    legConfirmed: nothing,
    legLost: nothing,
    legAlive: nothing,
    failed: nothing,
  });
  const leg = (name: LegName) => ({ wireguardKey: KEY[name], legKey: new Uint8Array(32).fill(1) });
  const port = await forwarder.open({
    id: id.value,
    legs: { a: leg("a"), b: leg("b") },
    ...(isOfAll ? {} : limit),
  });
  if (!port.ok) throw new Error(port.reason);
  tell({ tag: "opened", port: port.value });
  createInterface(process.stdin).on("line", (line) => {
    const command = JSON.parse(line) as ForwarderCommand;
    switch (command.tag) {
      case "status": {
        const status = forwarder.status(id.value);
        const inner = userspace?.status(id.value);
        if (status === undefined || inner === undefined) throw new Error("the allocation is gone");
        const { kind, counters, endpoints, drops } = status;
        tell({
          tag: "status",
          status: {
            ...(kind === undefined ? {} : { kind }),
            counters,
            endpoints,
            overRate: drops.get("over-rate") ?? 0,
          },
          userspace: inner.counters,
          warnings,
        });
        break;
      }
      case "relearn":
        forwarder.relearn(id.value, command.leg);
        break;
      case "dispose":
        void forwarder[Symbol.asyncDispose]().then(() => {
          tell({ tag: "disposed" });
          process.exit();
        });
        break;
    }
  });
}
