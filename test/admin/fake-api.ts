import type { AllocationEvent, RelayedPair, RelayStats } from "../../agent/admin/relay-schemas.ts";
import type {
  AgentApi,
  BootstrapVolunteer,
  ExplainedRelay,
  HeldRelayToken,
  Membership,
  OpenInvite,
  NetcheckPortMapping,
  PeerDetail,
  PeerStatus,
  RelayStatus,
  Status,
} from "../../agent/admin/contract.ts";
import { AgentError } from "../../agent/errors.ts";

export const ALICE: Membership = {
  network: "home",
  member: {
    name: "alice",
    id: "a".repeat(32),
    address4: "100.80.0.1",
    address6: "fd00::1",
  },
};

export const STATUS: Status = {
  version: "0.1.0",
  network: "home",
  member: ALICE.member,
  interface: { name: "hopwire0", backend: "kernel", listenPort: 51_820 },
  relay: { volunteering: false },
  peers: { total: 2, direct: 0, relayed: 1, none: 1 },
  dht: null,
  warnings: ["nft is missing: direct paths take longer"],
};

/** 2026-01-01, where the fake clock starts. */
export const NOW_MS = Date.UTC(2026, 0, 1);

const BOB: PeerStatus = {
  name: "bob",
  id: "b".repeat(32),
  address4: "100.80.0.2",
  address6: "fd00::2",
  path: {
    type: "relayed",
    endpoint: "203.0.113.9:40001",
    relay: "carol",
    sinceMs: NOW_MS - 180_000,
    rttMs: 12.34,
    loss: 0.02,
    reason: "both NATs take random ports",
    avoided: null,
  },
  handshakeAgeSec: 42,
  rxBytes: 1_468_006,
  txBytes: 512,
};

export const PEERS: readonly PeerStatus[] = [
  BOB,
  {
    name: "dave",
    id: "d".repeat(32),
    address4: "100.80.0.4",
    address6: "fd00::4",
    path: {
      type: "none",
      endpoint: null,
      relay: null,
      sinceMs: null,
      rttMs: null,
      loss: null,
      reason: null,
      avoided: null,
    },
    handshakeAgeSec: null,
    rxBytes: 0,
    txBytes: 0,
  },
];

const AT_REST = { probes: 1, lost: 0, rttMs: 10 };

export const PEER: PeerDetail = {
  ...BOB,
  path: {
    ...BOB.path,
    reason: null,
    avoided: { endpoint: "198.51.100.2:51820", worseBy: "loss", rttMs: 9.5, loss: 0.214 },
  },
  direct: { endpoint: "198.51.100.2:51820", rttMs: 9.5, jitterMs: 0.4, loss: 0.214, probes: 28 },
  relayed: { relay: "carol", rttMs: 12.34, jitterMs: 0.2, loss: 0.02, probes: 32 },
  changes: [
    { atMs: NOW_MS - 3_600_000, from: "relayed", to: "direct", why: "it carries packets" },
    { atMs: NOW_MS - 180_000, from: "direct", to: "relayed", why: "the relay loses less" },
  ],
  samples: [
    { atMs: NOW_MS - 60_000, direct: AT_REST, leg: AT_REST },
    { atMs: NOW_MS - 45_000, direct: { probes: 10, lost: 1, rttMs: 20 }, leg: null },
    { atMs: NOW_MS - 30_000, direct: { probes: 4, lost: 4, rttMs: null }, leg: AT_REST },
  ],
};

const EXPLAINED: readonly ExplainedRelay[] = [
  {
    name: "carol",
    id: "c".repeat(32),
    place: 1,
    reason: "spread",
    role: "carries",
    score: 0.6,
    parts: { latency: 0.67, loss: 0.91, health: 1, load: 1, capability: 1, region: 0.97, experience: 1 },
    ownRttMs: 6.5,
    peerRttMs: 43,
    loss: 0.01,
    health: "answers",
    load: 0.1,
    capacity: 256,
    bandwidthBps: 10e6,
    quotaBytes: 1e9,
    forwarder: "kernel",
    region: "eu-west",
    schedule: "* * * * *",
    allow: ["*"],
    experience: "this-peer",
  },
  {
    name: "erin",
    id: "e".repeat(32),
    place: null,
    reason: "banned",
    role: null,
    score: 0.4,
    parts: { latency: 0.5, loss: 1, health: 1, load: 1, capability: 0.97, region: 0.97, experience: 0.97 },
    ownRttMs: null,
    peerRttMs: null,
    loss: null,
    health: "unknown",
    load: 0,
    capacity: 16,
    bandwidthBps: 0,
    quotaBytes: 0,
    forwarder: null,
    region: "",
    schedule: "",
    allow: [],
    experience: "untried",
  },
];

const HELD_TOKEN: HeldRelayToken = {
  relay: "carol",
  peer: "bob",
  tier: "paid",
  bandwidthBps: 50e6,
  quotaBytes: 0,
  expiresAt: NOW_MS + 30 * 86_400_000,
  refusal: null,
};

export const PORT_MAPPING: NetcheckPortMapping = {
  gateway: "192.168.1.1",
  protocols: [
    { protocol: "pcp", found: false, reason: "no-answer" },
    { protocol: "nat-pmp", found: true, reason: null },
    { protocol: "upnp-igd", found: true, reason: null },
  ],
  mapping: { protocol: "nat-pmp", endpoint: "198.51.100.1:51820" },
  verifiedBy: "carol",
  unverified: null,
};

export const RELAY: RelayStatus = {
  volunteering: true,
  endpoints: ["203.0.113.9:51820"],
  ports: { first: 40_000, last: 49_999 },
  maxAllocations: 256,
  forwarder: "userspace",
  allocations: [
    { id: "e".repeat(32), members: ["alice", "bob"], port: 40_001, expiresAt: NOW_MS + 300_000, bytes: 2048 },
  ],
};

const MEMBERS = [
  { name: "alice", id: "a".repeat(32) },
  { name: "bob", id: "b".repeat(32) },
] as const;

export const INVITE: OpenInvite = {
  name: "erin",
  admin: false,
  expiresAt: NOW_MS + 3_600_000,
  relays: [],
};

export const PAIR: RelayedPair = {
  id: "e".repeat(32),
  legs: [
    {
      ...MEMBERS[0],
      endpoint: "192.0.2.1:51820",
      rxPackets: 12,
      rxBytes: 1536,
      txPackets: 8,
      txBytes: 512,
    },
    { ...MEMBERS[1], endpoint: null, rxPackets: 8, rxBytes: 512, txPackets: 12, txBytes: 1536 },
  ],
  port: 40_001,
  tier: "free",
  forwarder: "userspace",
  drops: { "over-rate": 3, "not-wireguard": 1 },
  bandwidthBps: 10_000_000,
  quotaBytes: 1_000_000_000,
  usedBytes: 2048,
  createdAt: NOW_MS - 60_000,
  expiresAt: NOW_MS + 300_000,
  tokenEndsAt: NOW_MS + 3_600_000,
  requestedBy: MEMBERS[0],
};

export const STATS: RelayStats = {
  volunteering: true,
  forwarder: "userspace",
  startedAt: NOW_MS - 7_200_000,
  uptimeSec: 7200,
  allocations: { now: 1, max: 256, opened: 5, ended: { expired: 3, operator: 1 } },
  relayed: { packets: 1200, bytes: 1_468_006 },
  drops: { "over-rate": 3, "not-wireguard": 1 },
  rateLimitHits: { allocations: 2, connections: 0, packets: 3 },
  refused: { allocations: { "rate-limited": 2 }, connections: {} },
  month: { usedBytes: 1_468_006, limitBytes: null },
  tokensCached: 4,
};

const BOOTSTRAP: BootstrapVolunteer = {
  name: "carol",
  id: "c".repeat(32),
  given: "c".repeat(32),
  origin: "command",
  endpoints: ["relay.example.net:51820"],
  looksAt: ["203.0.113.9:51820"],
  volunteering: true,
  path: "direct",
};

/** Of a relay whose only allocation is ended by its operator. */
export const EVENTS: readonly AllocationEvent[] = [
  { event: "snapshot", volunteering: true, allocations: [PAIR] },
  { event: "changed", allocations: [{ ...PAIR, usedBytes: 4096 }] },
  { event: "ended", reason: "operator", allocation: { ...PAIR, usedBytes: 4096 } },
  { event: "opened", allocation: { ...PAIR, usedBytes: 4096 } },
  { event: "alive" },
];

export type Call = { readonly operation: string; readonly request?: unknown };

/** An agent that answers at once with fixed values and remembers what it was asked. Parts of it can be replaced. */
export function fakeApi(calls: Call[], overrides: Partial<AgentApi> = {}): AgentApi {
  const answer = <T>(operation: string, value: T, request?: unknown): Promise<T> => {
    calls.push(request === undefined ? { operation } : { operation, request });
    return Promise.resolve(value);
  };
  const experience = {
    attempts: 4,
    successes: 3,
    failures: 1,
    lastOutcome: "success",
    firstSeenAgeMs: 7_200_000,
    lastSeenAgeMs: 60_000,
    lastSuccessAgeMs: 60_000,
    rttMs: 4.2,
    loss: 0,
    score: { total: 0.42, parts: { base: 1, recency: 0.6, latency: 0.7 } },
  };
  return {
    status: () => answer("status", STATUS),
    peers: () => answer("peers", PEERS),
    peerShow: (request) => answer("peerShow", PEER, request),
    init: (request) => answer("init", ALICE, request),
    invite: ({ name, expiresSec, admin }) =>
      answer(
        "invite",
        {
          name,
          token: "hw1token",
          expiresAt: NOW_MS + 1000 * expiresSec,
          ways: [{ endpoint: "203.0.113.9:40001", relay: "carol" }],
          warnings: [],
        },
        { name, expiresSec, admin },
      ),
    inviteList: () =>
      answer("inviteList", [
        { ...INVITE, admin: true, relays: ["carol", null] },
        { ...INVITE, name: "dave" },
      ]),
    inviteWithdraw: (request) => answer("inviteWithdraw", { ...INVITE, ...request }, request),
    join(request, emit) {
      emit({ text: "asking carol for membership" });
      return answer("join", ALICE, request);
    },
    leave: () => answer("leave", ALICE),
    rename: (request) =>
      answer("rename", { name: request.to, before: request.name, id: "b".repeat(32) }, request),
    rotateKeys: () => answer("rotateKeys", ALICE),
    revoke: (request) => answer("revoke", { name: request.name, id: "b".repeat(32) }, request),
    ping(request, emit) {
      emit({ seq: 1, rttMs: 30, path: { type: "relayed", endpoint: "203.0.113.9:40001", relay: "carol" } });
      emit({ seq: 2, rttMs: null, path: { type: "none", endpoint: null, relay: null } });
      emit({ seq: 3, rttMs: 10, path: { type: "direct", endpoint: "198.51.100.2:51820", relay: null } });
      return answer("ping", { name: request.name, address: "100.80.0.2" }, request);
    },
    cacheList: () =>
      answer("cacheList", [
        {
          name: "bob",
          id: "b".repeat(32),
          endpoints: 2,
          relays: 1,
          lastSuccessAgeMs: 60_000,
          best: { endpoint: "198.51.100.2:51820", kind: "host", score: 0.42 },
        },
      ]),
    cacheShow: (request) =>
      answer(
        "cacheShow",
        {
          name: request.name,
          id: "b".repeat(32),
          endpoints: [
            { endpoint: "198.51.100.2:51820", kind: "host", source: "check", relay: null, ...experience },
          ],
          relays: [{ name: "carol", id: "c".repeat(32), bytes: 2048, ...experience }],
        },
        request,
      ),
    cacheForget: (request) => answer("cacheForget", { name: request.name, endpoints: 2, relays: 1 }, request),
    cacheExport: () => answer("cacheExport", { version: 1, peers: {} }),
    cacheImport: (request) => answer("cacheImport", { added: 3, ignored: 1 }, request),
    relayStart: (request) => answer("relayStart", RELAY, request),
    relayStop: () => answer("relayStop", { ...RELAY, volunteering: false, allocations: [] }),
    relayStatus: () => answer("relayStatus", RELAY),
    relayToken: (request) =>
      answer(
        "relayToken",
        {
          token: "header.claims.signature",
          relay: request.relay ?? "alice",
          pair: request.pair,
          tier: request.tier,
          bandwidthBps: request.bandwidthBps,
          quotaBytes: request.quotaBytes,
          expiresAt: NOW_MS + request.lifetimeSec * 1000,
        },
        request,
      ),
    relayUseToken: (request) => answer("relayUseToken", HELD_TOKEN, request),
    relayList: () =>
      answer("relayList", [
        {
          name: "carol",
          id: "c".repeat(32),
          endpoints: ["203.0.113.9:51820"],
          inUse: true,
          rttMs: 6.5,
          allocations: 3,
          maxAllocations: 256,
          tokens: [HELD_TOKEN],
        },
      ]),
    relayBootstrapList: () => answer("relayBootstrapList", [BOOTSTRAP]),
    relayBootstrapAdd: (request) => answer("relayBootstrapAdd", [BOOTSTRAP], request),
    relayBootstrapRemove: (request) => answer("relayBootstrapRemove", [], request),
    relayExplain: (request) => answer("relayExplain", { peer: request.name, relays: EXPLAINED }, request),
    relayAllocations: () => answer("relayAllocations", { volunteering: true, allocations: [PAIR] }),
    relayWatch(emit, signal) {
      calls.push({ operation: "relayWatch" });
      for (const event of EVENTS) emit(event);
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
    },
    relayEnd(request) {
      if (request.id === PAIR.id) return answer("relayEnd", { id: request.id, members: MEMBERS }, request);
      return Promise.reject(
        new AgentError("allocation.unknown", `this relay has no allocation ${request.id}`),
      );
    },
    relayStats: () => answer("relayStats", STATS),
    netcheck: () =>
      answer("netcheck", {
        mapping: "endpoint-independent",
        families: [
          {
            family: "ipv4",
            addresses: ["192.168.1.2"],
            udp: true,
            behaviour: {
              mapping: "endpoint-independent",
              filtering: "address-and-port-dependent",
              ports: "preserving",
              portStep: 0,
              hairpin: "no",
            },
            ageMs: 400,
            evidence: [
              {
                test: "mapped",
                server: "carol",
                localPort: 51_820,
                to: "203.0.113.9:51820",
                answeredFrom: "203.0.113.9:51820",
                mapped: "198.51.100.1:51820",
              },
              {
                test: "second-port",
                server: "carol",
                localPort: 51_820,
                to: "203.0.113.9:49999",
                answeredFrom: "203.0.113.9:49999",
                mapped: "198.51.100.1:51820",
              },
              {
                test: "answer-from-port",
                server: "carol",
                localPort: 51_820,
                to: "203.0.113.9:51820",
                answeredFrom: null,
                mapped: null,
              },
              {
                test: "hairpin",
                server: "carol",
                localPort: 51_820,
                to: "198.51.100.1:51820",
                answeredFrom: null,
                mapped: null,
              },
            ],
            expectation: "direct with most peers",
          },
          {
            family: "ipv6",
            addresses: [],
            udp: null,
            behaviour: {
              mapping: "unknown",
              filtering: "unknown",
              ports: "unknown",
              portStep: 0,
              hairpin: "unknown",
            },
            ageMs: null,
            evidence: [],
            expectation: "not known: no server to ask",
          },
        ],
        peers: [
          { name: "bob", expected: "direct" },
          { name: "dave", expected: "relayed" },
        ],
        portMapping: PORT_MAPPING,
        servers: [
          { server: "203.0.113.9:51820", name: "carol", mapped: "198.51.100.1:51820", rttMs: 6.5 },
          { server: "203.0.113.7:3478", name: null, mapped: null, rttMs: null },
        ],
        localAddresses: ["192.168.1.2"],
        warnings: [],
      }),
    netcheckLifetime(emit) {
      calls.push({ operation: "netcheckLifetime" });
      for (const aliveSec of [15, 30]) emit({ aliveSec });
      return Promise.resolve({ server: "carol", atLeastSec: 30, belowSec: 45 });
    },
    shutdown: () => void calls.push({ operation: "shutdown" }),
    ...overrides,
  };
}
