import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../agent/log.ts";
import { systemRandom } from "../../../agent/random.ts";
import { chooseForwarder } from "../../../agent/relay/server/choose-forwarder.ts";
import type { ForwarderEvents, Held } from "../../../agent/relay/server/forwarder.ts";
import { KernelForwarder } from "../../../agent/relay/server/kernel-forwarder.ts";
import { counterKey } from "../../../agent/relay/server/nft-ruleset.ts";
import type { UdpPortHandlers } from "../../../agent/relay/server/udp-port.ts";
import { UserspaceForwarder } from "../../../agent/relay/server/userspace-forwarder.ts";
import type { CommandRunner } from "../../../agent/runner.ts";
import { decoded } from "../../../protocol/decoded.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { parseId, type AllocationId } from "../../../protocol/ids.ts";
import { data, initiation, response } from "./packets.ts";
import { TurnedClock } from "./turned-clock.ts";

const KEY = { a: new Uint8Array(32).fill(0xa), b: new Uint8Array(32).fill(0xb) };
const A4: Endpoint = { address: "198.51.100.2", port: 51_820 };
const B4: Endpoint = { address: "203.0.113.2", port: 51_821 };
const B6: Endpoint = { address: "2001:db8::2", port: 51_821 };
const POLL_MS = 5_000;

const NO_EVENTS: ForwarderEvents = {
  legConfirmed: () => undefined,
  legLost: () => undefined,
  legAlive: () => undefined,
  failed: () => undefined,
};

const parsed = parseId<AllocationId>("1".repeat(32));
if (!parsed.ok) throw new Error(parsed.reason);
const ID = parsed.value;

/** A host with nft and ip that says what a test wants, and a socket that a test speaks through. */
function scene() {
  const clock = new TurnedClock();
  const scripts: string[] = [];
  const warnings: string[] = [];
  const host = {
    gateway: "192.0.2.1",
    refuses: (_script: string): boolean => false,
    counters: new Map<number, { readonly packets: number; readonly bytes: number }>(),
  };
  let handlers: UdpPortHandlers | undefined;
  const run: CommandRunner = (program, args, options) => {
    const input = options?.input ?? "";
    const said = (stdout: string, exitCode = 0) => Promise.resolve({ exitCode, stdout, stderr: "" });
    if (program === "ip") return said(topology(input, host.gateway));
    if (args[0] === "-j") {
      const elem = [...host.counters].map(([val, counter]) => ({ elem: { val, counter } }));
      return said(JSON.stringify({ nftables: [{ set: { name: "acct", elem } }] }));
    }
    scripts.push(input);
    return host.refuses(input) ? said("", 1) : said("");
  };
  const log = { ...silentLogger, warn: (_fields: unknown, text?: string) => void warnings.push(text ?? "") };
  const createUserspace = (events: ForwarderEvents): UserspaceForwarder =>
    new UserspaceForwarder(
      {
        clock,
        random: systemRandom,
        events,
        openPort: (number, given) => {
          handlers = given;
          return Promise.resolve(decoded({ number, send: () => undefined, close: () => Promise.resolve() }));
        },
      },
      { ports: { first: 40_000, last: 40_000 }, allowLoopback: false },
    );
  const made = new KernelForwarder(
    { clock, run, log, events: NO_EVENTS, createUserspace },
    { owner: "hw0", pollMs: POLL_MS },
  );
  const settled = async (): Promise<void> => {
    // Every command of the fake host answers in a microtask.
    for (let i = 0; i < 100; i++) await Promise.resolve();
  };
  const learn = async (a: Endpoint, b: Endpoint): Promise<void> => {
    handlers?.message(initiation(1, KEY.b), a);
    handlers?.message(initiation(7, KEY.a), b);
    handlers?.message(response(2, 7, KEY.b), a);
    handlers?.message(data(2), b);
    await settled();
  };
  const allocation = {
    id: ID,
    legs: {
      a: { wireguardKey: KEY.a, legKey: new Uint8Array(32) },
      b: { wireguardKey: KEY.b, legKey: new Uint8Array(32) },
    },
  };
  const open = () => made.open(allocation);
  const resume = (...some: readonly Held[]) => made.resume(some.map((held) => ({ ...allocation, held })));
  const count = (packets: { readonly a: number; readonly b: number }, index = 0): void => {
    for (const leg of ["a", "b"] as const) {
      host.counters.set(counterKey(index, "ipv4", leg), { packets: packets[leg], bytes: packets[leg] * 128 });
      host.counters.set(counterKey(index, "ipv4", leg, true), { packets: 0, bytes: 0 });
    }
  };
  const poll = async (): Promise<void> => {
    clock.advance(POLL_MS);
    await settled();
  };
  const send = (bytes: Uint8Array, from: Endpoint): void => handlers?.message(bytes, from);
  return {
    clock,
    scripts,
    warnings,
    host,
    made,
    run,
    log,
    createUserspace,
    open,
    resume,
    learn,
    count,
    poll,
    send,
    settled,
  };
}

function topology(input: string, gateway: string): string {
  const link = { ifindex: 2, ifname: "eth0", mtu: 1500, link_type: "ether", flags: ["UP"] };
  const routes = [...input.matchAll(/route get (\S+)/g)].map(([, dst]) => [
    { dst, gateway, dev: "eth0", prefsrc: "192.0.2.10" },
  ]);
  return [[link], ...routes].map((line) => JSON.stringify(line)).join("\n");
}

//
describe("after its predecessor was killed", () => {
  const held = {
    port: 40_000,
    endpoints: { a: A4, b: B4 },
    kernel: {
      index: 5,
      counted: [
        { key: counterKey(5, "ipv4", "a"), packets: 10, bytes: 1280 },
        { key: counterKey(5, "ipv4", "b"), packets: 20, bytes: 2560 },
      ],
    },
  };

  it("replaces its table by one with the same flow, in one transaction and with the sockets open", async () => {
    const s = scene();
    expect([...(await s.resume(held))]).toEqual([ID]);
    expect(s.scripts).toHaveLength(1);
    expect(s.scripts[0]).toMatch(/^add table netdev (\S+)\ndelete table netdev \1\ntable netdev/);
    expect(s.scripts[0]).toContain(
      "leg4 { 198.51.100.2 . 51820 . 192.0.2.10 . 40000 timeout 180s : 0x52000028",
    );
    expect(s.made.status(ID)?.kind).toBe("kernel");
  });

  it("counts what the kernel forwarded while nobody looked, and not what was counted before", async () => {
    const s = scene();
    s.count({ a: 11, b: 25 }, 5);
    await s.resume(held);
    const { a, b } = s.made.status(ID)?.counters ?? {};
    expect([a?.rxPackets, b?.rxPackets]).toEqual([1, 5]);
    expect(s.made.held(ID)?.kernel).toEqual({ index: 5, counted: [] }); // a new table begins at 0
  });

  it("removes the table where nothing of it is served any more", async () => {
    const s = scene();
    await s.resume();
    expect(s.scripts).toHaveLength(1);
    expect(s.scripts[0]).toMatch(/^add table netdev (\S+)\ndelete table netdev \1\n$/);
    await s.resume({ ...held, endpoints: { a: A4, b: undefined } });
    expect(s.scripts[1]).toBe(s.scripts[0]);
    expect(s.made.status(ID)?.kind).toBe("userspace");
  });
});

//
describe("the kernel forwarder", () => {
  it("installs a flow once both legs are known, and says who carries", async () => {
    const s = scene();
    await s.open();
    await s.settled();
    expect(s.scripts).toEqual([]);
    expect(s.made.status(ID)?.kind).toBe("userspace");
    await s.learn(A4, B4);
    expect(s.scripts).toHaveLength(1);
    expect(s.scripts[0]).toContain("leg4 { 198.51.100.2 . 51820 . 192.0.2.10 . 40000 timeout 180s");
    expect(s.made.status(ID)?.kind).toBe("kernel");
  });

  it("leaves a pair of two address families to userspace", async () => {
    const s = scene();
    await s.open();
    await s.learn(A4, B6);
    expect(s.scripts).toEqual([]);
    expect(s.made.status(ID)?.kind).toBe("userspace");
  });

  it("adds the kernel's counters to its own, without headers", async () => {
    const s = scene();
    await s.open();
    await s.learn(A4, B4);
    const before = s.made.status(ID)?.counters;
    s.count({ a: 10, b: 4 });
    await s.poll();
    const after = s.made.status(ID)?.counters;
    expect((after?.a.rxPackets ?? 0) - (before?.a.rxPackets ?? 0)).toBe(10);
    expect((after?.a.rxBytes ?? 0) - (before?.a.rxBytes ?? 0)).toBe(10 * 100);
    expect((after?.a.txPackets ?? 0) - (before?.a.txPackets ?? 0)).toBe(4);
    expect((after?.b.txBytes ?? 0) - (before?.b.txBytes ?? 0)).toBe(10 * 100);
  });

  it("keeps a leg alive that only the kernel hears", async () => {
    const s = scene();
    await s.open();
    await s.learn(A4, B4);
    for (let polls = 1; polls <= 50; polls++) {
      s.count({ a: polls, b: polls });
      await s.poll();
    }
    s.send(data(7), A4);
    expect(s.made.status(ID)?.endpoints).toEqual({ a: A4, b: B4 });
  });

  it("starts the time-outs anew every 60 s", async () => {
    const s = scene();
    await s.open();
    await s.learn(A4, B4);
    s.count({ a: 0, b: 0 });
    for (let polls = 1; polls < 12; polls++) await s.poll();
    expect(s.scripts).toHaveLength(1);
    await s.poll();
    expect(s.scripts).toHaveLength(2);
    expect(s.scripts[1]).toMatch(
      /^add element netdev hopwire_relay_hw0 leg4 .*\ndelete element .*\nadd element .*\n$/,
    );
  });

  it("loads the table again after somebody flushed it, and goes on counting", async () => {
    const s = scene();
    await s.open();
    await s.learn(A4, B4);
    s.count({ a: 10, b: 0 });
    await s.poll();
    const before = s.made.status(ID)?.counters.a.rxPackets ?? 0;
    s.host.counters.clear();
    await s.poll();
    expect(s.scripts).toHaveLength(2);
    expect(s.scripts[1]).toContain("table netdev hopwire_relay_hw0 {");
    expect(s.warnings).toEqual(["relay table was not as we left it and is installed again"]);
    s.count({ a: 3, b: 0 });
    await s.poll();
    expect(s.made.status(ID)?.counters.a.rxPackets).toBe(before + 3);
  });

  it("moves its flows when the gateway changes", async () => {
    const s = scene();
    await s.open();
    await s.learn(A4, B4);
    s.count({ a: 0, b: 0 });
    s.host.gateway = "192.0.2.2";
    await s.poll();
    expect(s.scripts[1]).toContain("add element netdev hopwire_relay_hw0 hop4 { 0x52000000 : 192.0.2.2");
    expect(s.scripts[1]).not.toContain("leg4");
  });

  it("loads the whole table where a change is refused, and leaves all to userspace where that is too", async () => {
    const s = scene();
    await s.open();
    s.host.refuses = (script) => script.includes("chain ingress");
    await s.learn(A4, B4);
    expect(s.made.status(ID)?.kind).toBe("userspace");
    expect(s.warnings).toHaveLength(1);
    await s.poll();
    expect(s.warnings).toHaveLength(1);
    s.host.refuses = () => false;
    await s.poll();
    expect(s.made.status(ID)?.kind).toBe("kernel");
  });

  it("removes a closed allocation from nftables before its port is free", async () => {
    const s = scene();
    await s.open();
    await s.learn(A4, B4);
    await s.made.close(ID);
    expect(s.scripts[1]).toContain("delete element netdev hopwire_relay_hw0 leg4");
    expect(s.scripts[1]).toContain("delete element netdev hopwire_relay_hw0 acct");
    expect(s.made.status(ID)).toBeUndefined();
  });

  it("hands everything to userspace and back on request, with what was learned", async () => {
    const s = scene();
    await s.open();
    await s.learn(A4, B4);
    await s.made.switchTo("userspace");
    expect(s.made.status(ID)).toMatchObject({ kind: "userspace", endpoints: { a: A4, b: B4 } });
    await s.made.switchTo("kernel");
    expect(s.made.status(ID)?.kind).toBe("kernel");
  });

  it("removes its table and its timer when it is disposed of", async () => {
    const s = scene();
    await s.open();
    await s.learn(A4, B4);
    await s.made[Symbol.asyncDispose]();
    expect(s.scripts.at(-1)).toBe(
      "add table netdev hopwire_relay_hw0\ndelete table netdev hopwire_relay_hw0\n",
    );
    expect(s.clock.pending).toBe(0);
  });
});

describe("the choice of a forwarder", () => {
  const choose = (wanted: "auto" | "kernel" | "userspace", refuses: boolean) => {
    const s = scene();
    s.host.refuses = () => refuses;
    const { clock, run, log, createUserspace } = s;
    return chooseForwarder({ wanted, owner: "hw0", clock, run, log, createUserspace });
  };

  it.each([
    ["auto", false, "kernel", "nftables takes the rules"],
    ["kernel", false, "kernel", "nftables takes the rules"],
    ["userspace", false, "userspace", "asked for"],
    ["auto", true, "userspace", "nftables refuses the rules"],
    ["kernel", true, "userspace", "nftables refuses the rules"],
  ] as const)("for %s, where nft refusing is %s, is %s: %s", async (wanted, refuses, kind, reason) => {
    expect(await choose(wanted, refuses)).toMatchObject({ kind, reason });
  });
});
