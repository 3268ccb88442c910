import { describe, expect, it } from "vitest";
import { PacketQueue } from "../../../../agent/relay/server/batched/packet-queue.ts";
import { PacketWorker } from "../../../../agent/relay/server/batched/packet-worker.ts";
import { PortTraffic } from "../../../../agent/relay/server/batched/port-traffic.ts";
import { encodeSockaddr } from "../../../../agent/relay/server/batched/sockaddr.ts";
import {
  SIGNALS_BYTES,
  type WorkerCommand,
  type WorkerReport,
} from "../../../../agent/relay/server/batched/worker-messages.ts";
import { BURST_BYTES } from "../../../../agent/relay/server/token-bucket.ts";
import { monotonicMs } from "../../../../protocol/time.ts";
import { FIRST_FD, PaperLibc, type PaperPacket } from "./paper-libc.ts";

const A = { address: "192.0.2.1", port: 1 };
const B = { address: "192.0.2.2", port: 2 };
const STRANGER = { address: "192.0.2.3", port: 3 };

const data = (source: typeof A, bytes = 100): PaperPacket => ({ source, type: 4, bytes });

/** Descriptors come in order: what wakes, then IPv4 and IPv6 of each port. */
const FD = { 1: FIRST_FD + 1, 2: FIRST_FD + 3 } as const;

const route = (from: typeof A, to: typeof A) => ({ from: encodeSockaddr(from), to: encodeSockaddr(to) });
const carry: WorkerCommand = { tag: "carry", port: 1, routes: { a: route(A, B), b: route(B, A) } };

type Event =
  | WorkerCommand
  | { readonly tag: "after"; readonly ms: number }
  | { readonly tag: "packet"; readonly port: 1 | 2; readonly packet: PaperPacket | "broken" };

const packet = (port: 1 | 2, packet: PaperPacket | "broken"): Event => ({ tag: "packet", port, packet });

/** What became of `events`, one after the other, on two ports. */
function ran(events: readonly Event[], bandwidthBps?: number) {
  const libc = new PaperLibc();
  const reports: WorkerReport[] = [];
  const queue = PacketQueue.memory();
  const traffic = { 1: PortTraffic.memory(), 2: PortTraffic.memory() };
  const opened = ([1, 2] as const).map((port): WorkerCommand => {
    return { tag: "open", port, number: 40_000 + port, limits: { bandwidthBps }, traffic: traffic[port] };
  });
  const left: Event[] = [...opened, ...events, { tag: "stop" }];
  let now = monotonicMs(1_000_000);
  new PacketWorker({
    libc,
    clock: { monotonicNow: () => now },
    data: {
      addresses: { ipv4: "0.0.0.0", ipv6: "::" },
      queue,
      signals: new SharedArrayBuffer(SIGNALS_BYTES),
    },
    nextCommand: () => {
      const event = left.shift();
      if (event === undefined) return undefined;
      if (event.tag === "after") now = monotonicMs(now + event.ms);
      else if (event.tag === "packet") {
        libc.waiting.push(event.packet);
        libc.ready.push(FD[event.port]);
      } else return event;
      return undefined;
    },
    tell: (report) => reports.push(report),
  }).run();
  const told = reports.filter(({ tag }) => tag !== "ready" && tag !== "opened");
  const drops = (port: 1 | 2) => Object.fromEntries(new PortTraffic(traffic[port]).read().drops);
  const { counters } = new PortTraffic(traffic[1]).read();
  return { libc, told, drops, counters, main: new PacketQueue(queue) };
}

describe("the thread with the sockets", () => {
  it("relays data between the legs that it was told, and says at first and then every 5 s whom it heard", () => {
    //
    const { told, counters, libc } = ran([
      carry,
      packet(1, data(A)),
      packet(1, data(B)),
      { tag: "after", ms: 4_999 },
      packet(1, data(A)),
      { tag: "after", ms: 1 },
      packet(1, data(A)),
    ]);
    const heard = (leg: "a" | "b") => ({ tag: "heard", port: 1, leg });
    expect(told).toEqual([heard("a"), heard("b"), heard("a")]);
    expect(counters.a).toEqual({ rxPackets: 3, rxBytes: 300, txPackets: 1, txBytes: 100 });
    expect(libc.offered).toEqual([1, 1, 1, 1]);
  });

  it("hands over all else, and rings once", () => {
    const { told, main } = ran([
      packet(1, data(A)),
      carry,
      packet(1, data(STRANGER)),
      packet(1, { source: A, type: 1, bytes: 148 }),
      { ...carry, routes: { a: undefined, b: undefined } },
      packet(1, data(A)),
    ]);
    expect(told).toEqual([{ tag: "packets" }]);
    const handed = Array.from({ length: 5 }, () => main.shift());
    expect(handed.map((one) => one && [one.port, one.bytes.length])).toEqual([
      [1, 100],
      [1, 100],
      [1, 148],
      [1, 100],
      undefined,
    ]);
    expect(handed[1]?.source).toEqual(encodeSockaddr(STRANGER));
  });

  it("keeps 1000 packets of one port for a main thread that is busy, and others' besides", () => {
    //
    const junk = Array.from({ length: 1_003 }, () => packet(1, data(STRANGER)));
    const { drops, main } = ran([...junk, packet(2, data(STRANGER))]);
    expect([drops(1), drops(2)]).toEqual([{ congested: 3 }, {}]);
    for (let i = 0; i < 1_000; i++) expect(main.shift()?.port).toBe(1);
    expect(main.shift()?.port).toBe(2);
  });

  it("limits what it relays by itself and what it is told to relay together, and no answers", () => {
    //
    const bytes = new Uint8Array(1_000);
    const relay: WorkerCommand = { tag: "relay", port: 1, from: "b", to: encodeSockaddr(A), bytes };
    const half = Array.from({ length: BURST_BYTES / 2 / 1_000 }, () => packet(1, data(A, 1_000)));
    const rest = half.map(() => relay);
    const answer: WorkerCommand = { tag: "send", port: 1, to: encodeSockaddr(A), bytes };
    const { drops, counters, libc } = ran([carry, ...half, ...rest, packet(1, data(A)), relay, answer], 8);
    expect(drops(1)).toEqual({ "over-rate": 2 });
    expect([counters.a.rxPackets, counters.b.rxPackets]).toEqual([half.length, rest.length]);
    expect(libc.offered).toHaveLength(2 * half.length + 1);
  });

  it("closes a port that breaks, and it alone", () => {
    //
    const { told, libc } = ran([packet(1, "broken"), packet(1, data(A)), packet(2, data(A)), carry]);
    expect(told).toEqual([{ tag: "failed", port: 1, message: "recvmmsg EBADF" }, { tag: "packets" }]);
    expect(libc.closed).toEqual([FD[1], FD[1] + 1, FD[2], FD[2] + 1]);
  });

  it("sends nothing for a port that is closed, whatever was still under way", () => {
    const to = encodeSockaddr(A);
    const { told, libc } = ran([
      { tag: "close", port: 1 },
      carry,
      { tag: "send", port: 1, to, bytes: new Uint8Array(20) },
      { tag: "relay", port: 1, from: "b", to, bytes: new Uint8Array(32) },
      packet(1, data(A)),
    ]);
    expect(told).toEqual([{ tag: "closed", port: 1 }]);
    expect(libc.offered).toEqual([]);
  });
});
