import { silentLogger } from "../../../agent/log.ts";
import { systemRandom } from "../../../agent/random.ts";
import { DEFAULT_ALLOCATION_LIMITS } from "../../../agent/relay/server/allocations.ts";
import type { Forwarder, ForwarderEvents } from "../../../agent/relay/server/forwarder.ts";
import { RelayUsage } from "../../../agent/relay/server/quota.ts";
import { POLL_MS } from "../../../agent/relay/server/counting-poll.ts";
import { RelayServer } from "../../../agent/relay/server/relay-server.ts";
import { decoded } from "../../../protocol/decoded.ts";
import { memberIdOf, networkIdOf, type AllocationId, type MemberId } from "../../../protocol/ids.ts";
import { allocationIdOf, type Pair, type RelayTokenClaims } from "../../../protocol/relay-token.ts";
import { SkippingClock } from "./skipping-clock.ts";
import { each, growth, mean, processBytes, type Figure } from "./stopwatch.ts";

const network = networkIdOf(Uint8Array.of(1));
const relay = memberIdOf(Uint8Array.of(2));
const POLLS = 5;

/** The bookkeeping alone: tokens are valid without a look, and a forwarder counts but does not forward. */
export async function relayServer(count: number): Promise<readonly Figure[]> {
  const before = processBytes();
  const clock = new SkippingClock();
  const pairs = Array.from({ length: count }, (_, index) => pairOf(index));
  const ids = pairs.map((pair) => allocationIdOf({ network, relay, pair }));
  const events: ForwarderEvents[] = [];
  const server = new RelayServer({
    clock,
    random: systemRandom,
    log: silentLogger,
    limits: { ...DEFAULT_ALLOCATION_LIMITS, maxAllocations: count },
    policy: {
      tiers: {
        free: { bandwidthBps: 10e6, quotaBytes: 1e9 },
        paid: { bandwidthBps: 100e6, quotaBytes: 100e9 },
        unlimited: { bandwidthBps: 0, quotaBytes: 0 },
      },
      monthlyBytes: 1e15,
      schedule: "* * * * *",
    },
    usage: new RelayUsage(),
    createForwarder: (told) => {
      events.push(told);
      return countingForwarder();
    },
    verify: (token) => Promise.resolve(decoded(claimsOf(at(pairs, token), at(ids, token), clock))),
    isEpochAccepted: () => true,
    faultOf: () => undefined,
    admit: () => Promise.resolve(decoded(undefined)),
    inspect: () => undefined,
    isReachable: () => Promise.resolve(true),
    events: {
      offered: () => undefined,
      ended: () => undefined,
      counted: () => undefined,
      nearlyUsed: () => undefined,
      changed: () => undefined,
    },
  });
  const asker = (index: number): MemberId => at(pairs, index)[0].memberId;
  const must = async (answer: Promise<{ readonly ok: boolean }>): Promise<void> => {
    if (!(await answer).ok) throw new Error("the relay refused");
  };
  const figures = [
    await mean("allocate", count, (index) => must(server.allocate(asker(index), String(index)))),
    growth("memory of the process", before, processBytes(), count),
    await mean("refresh by control", count, (index) => must(server.refresh(asker(index), at(ids, index)))),
    await mean("prolonged by a keepalive", count, (index) => events[0]?.legAlive(at(ids, index), "a")),
    await each("poll: quotas, schedule, usage", POLLS, () => {
      clock.skip(POLL_MS);
    }),
    await each("status of all", POLLS, () => server.status()),
    await mean("release", count, (index) => must(server.release(asker(index), at(ids, index)))),
  ];
  await server[Symbol.asyncDispose]();
  return figures;
}

function pairOf(index: number): Pair {
  const end = (side: number) => {
    const memberId = memberIdOf(Uint8Array.of(3, side, index >> 8, index & 0xff));
    return { memberId, wireguardKey: Buffer.from(memberId.slice(0, 32)).toString("base64") };
  };
  const [one, other] = [end(0), end(1)];
  return one.memberId < other.memberId ? [one, other] : [other, one];
}

function claimsOf(pair: Pair, allocation: AllocationId, clock: SkippingClock): RelayTokenClaims {
  const issuedAtSec = Math.floor(clock.wallNow() / 1000);
  return {
    issuer: pair[0].memberId,
    relay,
    network,
    epoch: 1,
    allocation,
    pair,
    issuedAtSec,
    expiresAtSec: issuedAtSec + 6 * 3600,
    tier: "free",
    bandwidthBps: 0,
    quotaBytes: 0,
  };
}

function countingForwarder(): Forwarder {
  const counters = { rxPackets: 1, rxBytes: 1000, txPackets: 1, txBytes: 1000 };
  const drops = new Map();
  let port = 0;
  return {
    open: () => Promise.resolve(decoded(++port)),
    close: () => Promise.resolve(),
    resume: () => Promise.resolve(new Set()),
    held: () => undefined,
    kind: "userspace",
    switchTo: () => Promise.resolve(),
    count: () => undefined,
    relearn: () => undefined,
    status: () => ({
      port: 0,
      endpoints: { a: undefined, b: undefined },
      counters: { a: counters, b: counters },
      drops,
    }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function at<T>(items: readonly T[], index: number | string): T {
  const item = items[Number(index)];
  if (item === undefined) throw new RangeError("no such allocation");
  return item;
}
