import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Logger } from "../../../../agent/log.ts";
import { silentLogger } from "../../../../agent/log.ts";
import type { Random } from "../../../../agent/random.ts";
import type { Fetch } from "../../../../agent/relay/server/guard/abuse-hook.ts";
import { UNANSWERED_BYTES, UNANSWERED_MS } from "../../../../agent/relay/server/guard/amplification.ts";
import { RelayGuard, type GuardOptions } from "../../../../agent/relay/server/guard/guard.ts";
import type { AllocationId, MemberId } from "../../../../protocol/ids.ts";
import { TurnedClock } from "../turned-clock.ts";

const MEMBER = "ab".repeat(16) as MemberId;
const OTHER = "cd".repeat(16) as MemberId;
const ALLOCATION = "ef".repeat(16) as AllocationId;
const PUBLIC = { address: "192.0.2.1", port: 51_820 };
const PRIVATE = { address: "192.168.1.2", port: 51_820 };
const HOOK = { url: "http://192.0.2.9/abuse", timeoutMs: 2000, onFailure: "open" } as const;
const STANDARD: GuardOptions = {
  allocationsPerMinute: 10,
  connectionsPerMinute: 30,
  lists: { allow: [], block: [] },
  allowPrivate: "auto",
  hook: undefined,
};

const random: Random = { bytes: (length) => new Uint8Array(length), fraction: () => 0 };

type Scene = {
  readonly fetch?: Fetch;
  readonly ownAddresses?: readonly string[];
  readonly log?: Logger;
};

function guarded(options: Partial<GuardOptions> = {}, scene: Scene = {}) {
  const clock = new TurnedClock();
  const guard = new RelayGuard(
    { ...STANDARD, ...options },
    {
      clock,
      random,
      log: scene.log ?? silentLogger,
      fetch: scene.fetch ?? (() => Promise.reject(new Error("nobody is to be asked"))),
      ownAddresses: () => scene.ownAddresses ?? ["198.51.100.1"],
    },
  );
  return { clock, guard };
}

const answering =
  (status: number): Fetch =>
  () =>
    Promise.resolve({ status, body: null });
const reasonOf = (answer: { readonly ok: boolean; readonly reason?: string }) => answer.reason ?? "admitted";

/** Lines as they would be written. */
function recorder(): { readonly log: Logger; readonly lines: { fields: unknown; text: unknown }[] } {
  const lines: { fields: unknown; text: unknown }[] = [];
  const note = (fields: unknown, text?: unknown): void => void lines.push({ fields, text });
  const log: Logger = { ...silentLogger, info: note, warn: note, child: () => log };
  return { log, lines };
}

//
describe("allocations", () => {
  it("are limited by member, not by the address that members share", async () => {
    const { clock, guard } = guarded();
    for (let i = 0; i < 10; i++) expect((await guard.admitAllocation(MEMBER, PUBLIC)).ok).toBe(true);
    expect(reasonOf(await guard.admitAllocation(MEMBER, undefined))).toBe("rate-limited");
    expect((await guard.admitAllocation(OTHER, PUBLIC)).ok).toBe(true);
    clock.advance(59_999);
    expect((await guard.admitAllocation(MEMBER, PUBLIC)).ok).toBe(false);
    clock.advance(1);
    expect((await guard.admitAllocation(MEMBER, PUBLIC)).ok).toBe(true);
  });

  it("are refused to a member at a blocked address, also written as IPv6, and cost it nothing", async () => {
    const { guard } = guarded({ lists: { allow: [], block: ["192.0.2.0/24"] } });
    const mapped = { ...PUBLIC, address: "::ffff:192.0.2.1" };
    for (let i = 0; i < 20; i++)
      expect(reasonOf(await guard.admitAllocation(MEMBER, mapped))).toBe("address-blocked");
    expect((await guard.admitAllocation(MEMBER, undefined)).ok).toBe(true);
  });
});

//
describe("connections", () => {
  it("are limited by address, and by /64 for IPv6", () => {
    const { guard } = guarded();
    const at = (i: number) => ({ address: `2001:db8::${(i + 1).toString(16)}`, port: 1024 + i });
    for (let i = 0; i < 30; i++) expect(guard.admitConnection(at(i)).ok).toBe(true);
    expect(reasonOf(guard.admitConnection(at(31)))).toBe("rate-limited");
    expect(guard.admitConnection({ address: "2001:db8:0:1::1", port: 1024 }).ok).toBe(true);
  });

  it("are never counted for a source that has proven who it is", () => {
    const { guard } = guarded();
    for (let i = 0; i < 100; i++) expect(guard.admitsAddress(PUBLIC).ok).toBe(true);
    expect(guard.admitConnection(PUBLIC).ok).toBe(true);
  });

  it("are refused from private addresses, except where the host has one or the operator says so", () => {
    const refusal = (options: Partial<GuardOptions>, own: readonly string[]) =>
      reasonOf(guarded(options, { ownAddresses: own }).guard.admitConnection(PRIVATE));
    expect(refusal({}, ["198.51.100.1", "2001:db8::1"])).toBe("address-private");
    expect(refusal({}, ["192.168.1.1"])).toBe("admitted");
    expect(refusal({ allowPrivate: "yes" }, [])).toBe("admitted");
    expect(refusal({ allowPrivate: "no" }, ["192.168.1.1"])).toBe("address-private");
  });

  it("are refused from our own host and from metadata services, whatever is allowed", () => {
    const { guard } = guarded({ allowPrivate: "yes", lists: { allow: ["0.0.0.0/0", "::/0"], block: [] } });
    for (const address of ["127.0.0.1", "169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254"])
      expect(reasonOf(guard.admitConnection({ address, port: 51_820 }))).toBe("address-unusable");
    expect(reasonOf(guard.admitConnection({ ...PUBLIC, port: 53 }))).toBe("reflector-port");
  });
});

//
describe("new lists", () => {
  it("are in force at once, and wrong ones leave those of before", () => {
    const { guard } = guarded();
    expect(guard.admitConnection(PUBLIC).ok).toBe(true);
    expect(guard.replaceLists({ allow: [], block: ["192.0.2.1"] }).ok).toBe(true);
    expect(reasonOf(guard.admitConnection(PUBLIC))).toBe("address-blocked");
    expect(reasonOf(guard.admitsAddress(PUBLIC))).toBe("address-blocked");
    expect(guard.replaceLists({ allow: ["everybody"], block: [] })).toEqual({
      ok: false,
      reason: "not-a-cidr",
    });
    expect(reasonOf(guard.admitConnection(PUBLIC))).toBe("address-blocked");
    guard.replaceLists({ allow: [], block: [] });
    expect(guard.admitConnection(PUBLIC).ok).toBe(true);
  });
});

//
describe("the abuse hook", () => {
  it("decides by its status: 2xx is yes, 403 is no", async () => {
    const ask = async (status: number) =>
      reasonOf(
        await guarded({ hook: HOOK }, { fetch: answering(status) }).guard.admitAllocation(MEMBER, PUBLIC),
      );
    expect(await ask(204)).toBe("admitted");
    expect(await ask(403)).toBe("refused-by-hook");
  });

  it.each([
    ["an error", answering(500)],
    ["a redirect or no connection", () => Promise.reject(new TypeError("fetch failed"))],
  ] as const)("that answers with %s counts as the operator chose", async (_, fetch) => {
    const ask = async (onFailure: "open" | "closed") =>
      reasonOf(
        await guarded({ hook: { ...HOOK, onFailure } }, { fetch }).guard.admitAllocation(MEMBER, PUBLIC),
      );
    expect(await ask("open")).toBe("admitted");
    expect(await ask("closed")).toBe("hook-failed");
  });

  it("that does not answer is given up when its time is over, and keeps no timer", async () => {
    const fetch: Fetch = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    const { clock, guard } = guarded({ hook: { ...HOOK, onFailure: "closed" } }, { fetch });
    let reason: string | undefined;
    const asked = guard.admitAllocation(MEMBER, PUBLIC).then((answer) => (reason = reasonOf(answer)));
    clock.advance(1999);
    await Promise.resolve();
    expect(reason).toBeUndefined();
    clock.advance(1);
    await asked;
    expect(reason).toBe("hook-failed");
  });

  it("is asked with member and address alone, follows no redirect, and is not asked for who is refused anyhow", async () => {
    const sent: unknown[] = [];
    const fetch: Fetch = (url, { body, redirect }) => {
      sent.push({ url, redirect, body: JSON.parse(body) as unknown });
      return Promise.resolve({ status: 200, body: null });
    };
    const { guard } = guarded({ hook: HOOK, allocationsPerMinute: 1 }, { fetch });
    await guard.admitAllocation(MEMBER, PUBLIC);
    expect(sent).toEqual([
      { url: HOOK.url, redirect: "error", body: { event: "allocation", member: MEMBER, source: PUBLIC } },
    ]);
    await guard.admitAllocation(MEMBER, PUBLIC);
    expect(sent.slice(1)).toMatchObject([{ body: { event: "allocation-refused", reason: "rate-limited" } }]);
  });

  it("that hangs holds 32 requests at most", async () => {
    let open = 0;
    const fetch: Fetch = () => {
      open++;
      return new Promise(() => undefined);
    };
    const { guard } = guarded({ hook: HOOK, allocationsPerMinute: 100 }, { fetch });
    for (let i = 0; i < 40; i++) void guard.admitAllocation(MEMBER, PUBLIC);
    await Promise.resolve();
    expect(open).toBe(32);
  });
});

//
describe("the security log", () => {
  it("writes 20 lines of a kind in a minute, then how many it left out", () => {
    const { log, lines } = recorder();
    const { clock, guard } = guarded({}, { log });
    const loopback = { address: "127.0.0.1", port: 51_820 };
    for (let i = 0; i < 1000; i++) guard.admitConnection(loopback);
    expect(lines).toHaveLength(20);
    guard.admitConnection({ ...PUBLIC, port: 53 });
    expect(lines).toHaveLength(21);
    clock.advance(60_000);
    guard.admitConnection(loopback);
    expect(lines.at(-1)).toEqual({
      fields: { event: "connection-refused", reason: "address-unusable", source: loopback, suppressed: 980 },
      text: "relay refused a source",
    });
  });

  it("tells of a hook that fails, by its status or a word, and never where the hook is", async () => {
    const { log, lines } = recorder();
    const url = "http://192.0.2.9/abuse?token=hunter2";
    for (const fetch of [answering(500), () => Promise.reject(new TypeError("fetch failed: hunter2"))]) {
      const { guard } = guarded({ hook: { ...HOOK, url } }, { log, fetch });
      expect((await guard.admitAllocation(MEMBER, PUBLIC)).ok).toBe(true);
      expect(guard.counters().hookFailures).toBe(1);
    }
    expect(lines.map(({ fields }) => fields)).toEqual([
      { event: "hook-failed", fault: 500 },
      { event: "hook-failed", fault: "unreachable" },
    ]);
  });
});

//
describe("an allocation", () => {
  const leg = (rxBytes: number, txBytes: number) => ({ rxPackets: 0, rxBytes, txPackets: 0, txBytes });
  const nowhere = { a: undefined, b: undefined };

  it("has to end when a leg is sent much and says nothing: the log and the hook are told", async () => {
    const { log, lines } = recorder();
    const told: unknown[] = [];
    const fetch: Fetch = (_, { body }) => {
      told.push(JSON.parse(body));
      return Promise.resolve({ status: 200, body: null });
    };
    const { clock, guard } = guarded({ hook: HOOK }, { log, fetch });
    const seen = (rxBytes: number, txBytes: number) =>
      guard.inspect(ALLOCATION, { endpoints: nowhere, counters: { a: leg(0, 0), b: leg(rxBytes, txBytes) } });
    expect(seen(0, 0)).toBeUndefined();
    clock.advance(UNANSWERED_MS);
    expect(seen(32, 10 * UNANSWERED_BYTES)).toBeUndefined();
    clock.advance(UNANSWERED_MS - 1);
    expect(seen(32, 11 * UNANSWERED_BYTES)).toBeUndefined();
    clock.advance(1);
    expect(seen(32, 11 * UNANSWERED_BYTES)).toBe("unanswered");
    const event = {
      event: "leg-unanswered",
      allocation: ALLOCATION,
      leg: "b",
      bytes: UNANSWERED_BYTES,
      forMs: UNANSWERED_MS,
    };
    expect(lines.map(({ fields }) => fields)).toEqual([event]);
    await Promise.resolve();
    expect(told).toEqual([event]);
    expect(guard.counters().legsUnanswered).toBe(1);
  });

  it("has to end when newer lists do not admit a leg's address, however it is written", () => {
    const { log, lines } = recorder();
    const { guard } = guarded({}, { log });
    const source = { ...PUBLIC, address: "::ffff:192.0.2.1" };
    const status = { endpoints: { a: PRIVATE, b: source }, counters: { a: leg(0, 0), b: leg(0, 0) } };
    expect(guard.inspect(ALLOCATION, status)).toBeUndefined();
    guard.replaceLists({ allow: [], block: ["192.0.2.0/24"] });
    expect(guard.inspect(ALLOCATION, status)).toBe("address-blocked");
    expect(lines.at(-1)?.fields).toEqual({ event: "leg-blocked", allocation: ALLOCATION, leg: "b", source });
    guard.replaceLists({ allow: ["192.0.2.0/24"], block: [] });
    expect(guard.inspect(ALLOCATION, status)).toBe("address-blocked");
    guard.replaceLists({ allow: ["192.0.2.0/24", "192.168.0.0/16"], block: [] });
    expect(guard.inspect(ALLOCATION, status)).toBeUndefined();
    expect(guard.counters().legsBlocked).toBe(2);
  });
});

describe("the guard", () => {
  //
  it("counts what it admitted, refused and withheld", async () => {
    const { guard } = guarded({ allocationsPerMinute: 1 });
    await guard.admitAllocation(MEMBER, PUBLIC);
    await guard.admitAllocation(MEMBER, PUBLIC);
    guard.admitConnection(PUBLIC);
    guard.admitConnection(PRIVATE);
    expect(guard.mayAnswer(PUBLIC, 100, 300)).toBe(true);
    expect(guard.mayAnswer(PUBLIC, 0, 1)).toBe(false);
    expect(guard.counters()).toEqual({
      allocationsAdmitted: 1,
      connectionsAdmitted: 1,
      allocationsRefused: new Map([["rate-limited", 1]]),
      connectionsRefused: new Map([["address-private", 1]]),
      answersWithheld: 1,
      legsUnanswered: 0,
      legsBlocked: 0,
      hookFailures: 0,
    });
  });

  //
  it("decides about any address and port without throwing", () => {
    const { guard } = guarded();
    const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
    fc.assert(
      fc.property(address, fc.nat(65_535), (text, port) => {
        guard.admitConnection({ address: text, port });
        guard.mayAnswer({ address: text, port }, 10, 20);
      }),
    );
  });
});
