import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { silentLogger } from "../../../agent/log.ts";
import type { Clock } from "../../../agent/clock.ts";
import { Gossip } from "../../../agent/registry/gossip.ts";
import type { GossipMessage } from "../../../agent/registry/gossip-message.ts";
import type { RegistryFile } from "../../../agent/registry/persistence.ts";
import { Registry } from "../../../agent/registry/registry.ts";
import { RecordStore } from "../../../agent/registry/store.ts";
import { decodeFrame, encodeFrame } from "../../../protocol/frame.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import type { SignedRecord } from "../../../protocol/record.ts";
import { monotonicMs } from "../../../protocol/time.ts";
import type { Row } from "../../bench/report.ts";
import { EventQueue } from "./event-queue.ts";
import { wallAt } from "./sim-member.ts";
import { figureRow } from "./world.ts";

export type Recorded = { readonly from: MemberId; readonly message: GossipMessage; readonly atMs: number };

export type Replayed = {
  readonly networkKey: Uint8Array;
  readonly self: MemberId;
  /** What it held at first. */
  readonly records: readonly SignedRecord[];
  readonly startMs: number;
};

const MB = 1e6;

/**
 * CPU milliseconds that a member's registry takes for what it was sent: the real one, with frames, signatures, roster, timer
 * and everything that is written but the disk.
 */
export async function hourOfCpu(
  { networkKey, self, records, startMs }: Replayed,
  inbox: readonly Recorded[],
): Promise<number> {
  const queue = new EventQueue();
  queue.skip(startMs);
  const { registry } = await Registry.open({
    networkKey,
    ownId: self,
    file: new PaperFile(),
    copy: new PaperFile(),
    clock: clockOf(queue),
    log: silentLogger,
  });
  await using _ = registry;
  await registry.publish(records.map(({ bytes }) => bytes));
  for (const peer of new Set(inbox.map(({ from }) => from))) registry.connected(peer);
  registry.sendBy((_to, message) => void encodeFrame({ kind: "notification", body: message }));
  registry.onChange(() => undefined); // who listens is given a new roster
  const frames = inbox.map(({ message }) => encodeFrame({ kind: "notification", body: message }));
  const before = process.cpuUsage();
  for (const [index, { from, atMs }] of inbox.entries()) {
    queue.run(atMs);
    const frame = decodeFrame(frames[index] ?? new Uint8Array());
    if (frame.ok && frame.value.kind === "notification")
      await registry.receive(from, frame.value.body as GossipMessage);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Bytes of memory, measured on one member of its own: its registry, and what floods leave behind. */
export function memoryRows(
  networkKey: Uint8Array,
  records: readonly SignedRecord[],
  floods: ReadonlyMap<string, readonly Uint8Array[]>,
  self: MemberId,
  peer: MemberId,
): readonly Row[] {
  const empty = usedBytes();
  const store = new RecordStore(networkKey);
  const gossip = new Gossip(store, self);
  for (const { bytes } of records) store.restore(bytes, wallAt(0));
  const size = store.roster.members.size;
  const full = usedBytes();
  const rows = [figureRow(`memory of a registry of ${size} members`, "MB", (full - empty) / MB)];
  gossip.connected(peer);
  for (const [what, flood] of floods) {
    const before = usedBytes();
    for (const [index, bytes] of flood.entries())
      gossip.receive(
        peer,
        { kind: "records", records: [bytes] },
        { wall: wallAt(index), monotonic: monotonicMs(index) },
      );
    if (store.roster.members.size !== size) throw new Error("a flood changed who is a member"); // and it is in memory again
    rows.push(figureRow(`memory after ${flood.length} ${what}`, "MB", (usedBytes() - before) / MB, 1));
  }
  return rows;
}

function usedBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What `--expose-gc` gives, without having to be asked for at the start. */
function collect(): void {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  for (let again = 0; again < 3; again++) gc();
}

class PaperFile implements RegistryFile {
  readonly path = "registry.json";

  read(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  write(): Promise<void> {
    return Promise.resolve();
  }

  setAside(): Promise<string> {
    return Promise.resolve(this.path);
  }
}

function clockOf(queue: EventQueue): Clock {
  return {
    wallNow: () => wallAt(queue.now),
    monotonicNow: () => queue.now,
    after(delayMs, callback) {
      let isCancelled = false;
      queue.after(delayMs, () => {
        if (!isCancelled) callback();
      });
      return () => {
        isCancelled = true;
      };
    },
  };
}
