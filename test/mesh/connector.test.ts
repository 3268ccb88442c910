import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { Connector } from "../../agent/mesh/connector.ts";
import type { MeshPeer } from "../../agent/mesh/mesh-peer.ts";
import type { SourcePin } from "../../agent/wireguard/nft.ts";
import { ConnectionCache } from "../../cache/store.ts";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import type { PathReport } from "../../protocol/stun/path-report.ts";
import type { StunAnswer } from "../../agent/nat/stun-agent.ts";
import { SWITCH_MS, type Leg, type PathTag } from "../../agent/path/state.ts";
import { ModelDisk } from "../cache/model-disk.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { endpoint, peer } from "./samples.ts";
import { VirtualWireguard } from "./virtual-wireguard.ts";

/** Between them in the order of ids. */
const [ANN, SELF, EVE] = [peer("a"), "c".repeat(32) as MemberId, peer("e")];
const DIRECT = endpoint(7);
const RELAY = "9".repeat(32) as MemberId;
const LEG: Leg = { relay: RELAY, allocation: "c".repeat(32) as AllocationId, endpoint: endpoint(1, 40_000) };
const RTT_MS = 20;

/** A connector on a virtual WireGuard, between STUN, signalling and relays that do as the test says. */
class Rig implements Disposable {
  readonly clock = new FakeClock();
  readonly wireguard = new VirtualWireguard(this.clock);
  readonly asked: string[] = [];
  /** Endpoints that answer checks. */
  readonly answering = new Set<string>();
  readonly opened: Endpoint[] = [];
  readonly signalled: MemberId[] = [];
  readonly relayed: MemberId[] = [];
  readonly doubted: MemberId[] = [];
  readonly legPaces: (readonly [MemberId, number | undefined])[] = [];
  /** In place of `RTT_MS`. */
  readonly rttMsByEndpoint = new Map<string, number>();
  /** What the other end says with its answers to probes. */
  report: PathReport | undefined;
  remapped = 0;
  mapped: Endpoint | undefined;
  readonly pins: (readonly SourcePin[])[] = [];
  readonly cache: ConnectionCache;
  readonly connector: Connector;
  isPublic = false;

  private constructor(cache: ConnectionCache, hasStun: boolean) {
    this.cache = cache;
    this.connector = new Connector({
      self: SELF,
      clock: this.clock,
      log: silentLogger,
      cache,
      ports: {
        wireguard: this.wireguard.ports,
        stun: hasStun
          ? (to, _, { timeoutMs, report }) => this.#stun(to, timeoutMs, report !== undefined)
          : undefined,
        open: (to) => void this.opened.push(to),
        pin: (pins) => Promise.resolve(void this.pins.push(pins)),
        isPublic: () => this.isPublic,
        mappedSince: () => undefined,
        echo: () => Promise.resolve(undefined),
        ownPackets: () => 0,
        readUsersPackets: () => Promise.resolve(undefined),
        signal: (to) => Promise.resolve(this.signalled.push(to) > 0),
        relaysFor: () => [RELAY],
        connectRelay: (to) => void this.relayed.push(to),
        setRelayActive: () => undefined,
        setLegPace: (to, paceMs) => void this.legPaces.push([to, paceMs]),
        onDoubt: (to) => void this.doubted.push(to),
        onRemapped: () => {
          this.remapped++;
        },
        onPathChanged: () => undefined,
      },
    });
  }

  /** Without `peers` there was no roster yet. */
  static async with(peers?: readonly MeshPeer[], { hasStun = true, isPublic = false } = {}): Promise<Rig> {
    const disk = new ModelDisk();
    const clock = new FakeClock();
    const { cache } = await ConnectionCache.open("/state/cache.json", { clock, log: silentLogger, fs: disk });
    const rig = new Rig(cache, hasStun);
    rig.isPublic = isPublic;
    if (peers !== undefined) await rig.connector.setPeers(peers);
    await rig.clock.advance(0);
    return rig;
  }

  tag({ id }: MeshPeer): PathTag | undefined {
    return this.connector.pathOf(id)?.path.tag;
  }

  /** The other end's checks come from there, and it answers ours. */
  async validate(to: MeshPeer, at: Endpoint): Promise<void> {
    this.answering.add(formatEndpoint(at));
    this.connector.onCandidates(to.id, [{ kind: "server-reflexive", endpoint: at }], "at-once");
    this.connector.onCheckRequest(to.id, at);
    await this.clock.advance(2 * RTT_MS + 10);
  }

  failuresOf({ id }: MeshPeer, at: Endpoint): number | undefined {
    const rows = this.cache.describe(id);
    return rows.find((row) => row.type === "endpoint" && row.endpoint === formatEndpoint(at))?.failures;
  }

  [Symbol.dispose](): void {
    this.connector[Symbol.dispose]();
  }

  #stun(to: Endpoint, timeoutMs: number, reports: boolean): Promise<Decoded<StunAnswer>> {
    this.asked.push(formatEndpoint(to));
    const rttMs = this.rttMsByEndpoint.get(formatEndpoint(to)) ?? RTT_MS;
    return new Promise((resolve) => {
      this.clock.after(rttMs, () => {
        if (!this.answering.has(formatEndpoint(to))) return;
        const report = reports ? this.report : undefined;
        resolve(decoded({ rttMs, mapped: this.mapped, errorCode: undefined, nonce: undefined, report }));
      });
      this.clock.after(timeoutMs, () => resolve(refused("timeout")));
    });
  }
}

describe("the members of the roster", () => {
  it("are WireGuard's peers, with the addresses of their certificates", async () => {
    using rig = await Rig.with([ANN, EVE]);
    const allowed = [...rig.wireguard.dump().peerByKey.values()].map(({ allowedIps }) => allowedIps);
    expect(allowed).toEqual([ANN.allowedIps, EVE.allowedIps]);
  });

  //
  it("leave WireGuard at once when they are removed", async () => {
    using rig = await Rig.with([ANN, EVE]);
    await rig.connector.setPeers([EVE]);
    expect(rig.wireguard.keys()).toEqual([EVE.publicKey]);
    expect(rig.connector.pathOf(ANN.id)).toBeUndefined();
  });

  it("that are removed come back by nothing that was under way", async () => {
    using rig = await Rig.with([ANN]);
    rig.connector.onCandidates(ANN.id, [{ kind: "host", endpoint: DIRECT }], "at-once");
    await rig.connector.setPeers([]);
    rig.connector.onRelayReady(ANN.id, LEG);
    await rig.validate(ANN, DIRECT);
    expect(rig.wireguard.keys()).toEqual([]);
  });

  it("are begun with at once where they are there from the start, and after a second where they are new", async () => {
    using rig = await Rig.with([]);
    await rig.connector.setPeers([ANN]);
    await rig.clock.advance(999);
    expect(rig.signalled).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.signalled).toEqual([ANN.id]);

    using other = await Rig.with([ANN]);
    expect(other.signalled).toEqual([ANN.id]);
  });

  it("are no newcomers for a roster that comes while the first is carried out", async () => {
    using rig = await Rig.with();
    await Promise.all([rig.connector.setPeers([ANN]), rig.connector.setPeers([ANN])]);
    await rig.clock.advance(0);
    expect(rig.signalled).toEqual([ANN.id]);
  });

  it("with a new WireGuard key lose the old one", async () => {
    using rig = await Rig.with([ANN]);
    await rig.connector.setPeers([{ ...ANN, publicKey: "new key" }]);
    expect(rig.wireguard.keys()).toEqual(["new key"]);
  });
});

//
describe("a place where somebody says that a peer is", () => {
  it("is checked, and moves nothing before the peer's own key has answered there", async () => {
    using rig = await Rig.with([EVE]);
    rig.connector.onHint(EVE.id, DIRECT);
    await rig.clock.advance(1_000);
    expect(rig.asked).toContain(formatEndpoint(DIRECT));
    expect(rig.wireguard.resetsOf(EVE.publicKey)).toEqual([]);
    rig.answering.add(formatEndpoint(DIRECT));
    await rig.clock.advance(1_000);
    expect(rig.wireguard.resetsOf(EVE.publicKey)).toContainEqual(DIRECT);
  });

  it("is nothing to a host that does not know the peer", async () => {
    using rig = await Rig.with([]);
    rig.connector.onHint(EVE.id, DIRECT);
    await rig.clock.advance(1_000);
    expect(rig.asked).toEqual([]);
  });
});

describe("a session between two that are equals", () => {
  it("is begun by the smaller id, at once", async () => {
    using rig = await Rig.with([EVE]);
    rig.connector.onRelayReady(EVE.id, LEG);
    await rig.clock.advance(0);
    expect(rig.wireguard.resetsOf(EVE.publicKey)).toEqual([LEG.endpoint]);
  });

  it("is left to the other end by the greater id, which does not even say where to", async () => {
    using rig = await Rig.with([ANN]);
    rig.connector.onRelayReady(ANN.id, LEG);
    await rig.clock.advance(1_499);
    expect(rig.wireguard.endpointOf(ANN.publicKey)).toBeUndefined();
    await rig.clock.advance(1);
    expect(rig.wireguard.resetsOf(ANN.publicKey)).toEqual([LEG.endpoint]);
  });

  it("that the other end has begun is only kept alive", async () => {
    using rig = await Rig.with([ANN]);
    rig.connector.onRelayReady(ANN.id, LEG);
    rig.wireguard.shakeHands(ANN.publicKey, LEG.endpoint);
    await rig.clock.advance(5_000);
    expect(rig.tag(ANN)).toBe("relayed");
    expect(rig.wireguard.resetsOf(ANN.publicKey)).toEqual([]);
    expect(rig.wireguard.dump().peerByKey.get(ANN.publicKey)?.keepaliveSec).toBe(25);
  });

  it("that does not come about is tried again, and then left to WireGuard", async () => {
    using rig = await Rig.with([EVE]);
    rig.connector.onRelayReady(EVE.id, LEG);
    const resets = (): number => rig.wireguard.resetsOf(EVE.publicKey).length;
    await rig.clock.advance(249);
    expect(resets()).toBe(1);
    await rig.clock.advance(1);
    expect(resets()).toBe(2);
    await rig.clock.advance(60_000);
    expect(resets()).toBe(4);
  });

  it("is not begun anew by who has not looked whether it came about", async () => {
    using rig = await Rig.with([EVE]);
    rig.connector.onRelayReady(EVE.id, LEG);
    await rig.clock.advance(200);
    // A host that is too busy to answer in time, and a handshake that is done meanwhile.
    const answer = rig.wireguard.holdDumps();
    await rig.clock.advance(100);
    rig.wireguard.shakeHands(EVE.publicKey, LEG.endpoint);
    await rig.clock.advance(1_000);
    expect(rig.wireguard.resetsOf(EVE.publicKey)).toHaveLength(1);
    answer();
    await rig.clock.advance(5_000);
    expect(rig.tag(EVE)).toBe("relayed");
    expect(rig.wireguard.resetsOf(EVE.publicKey)).toHaveLength(1);
  });

  it("is begun by both where there is no STUN: their packets are what opens the way", async () => {
    using rig = await Rig.with([ANN], { hasStun: false });
    rig.connector.onRelayReady(ANN.id, LEG);
    await rig.clock.advance(0);
    expect(rig.wireguard.resetsOf(ANN.publicKey)).toEqual([LEG.endpoint]);
  });
});

describe("a session with a public member", () => {
  it("is begun by the one who knows that it has to, whatever the ids", async () => {
    using rig = await Rig.with([{ ...ANN, publicEndpoints: [DIRECT] }]);
    expect(rig.wireguard.resetsOf(ANN.publicKey)).toEqual([DIRECT]);
  });

  it("is awaited by the public one", async () => {
    using rig = await Rig.with([EVE], { isPublic: true });
    rig.connector.onRelayReady(EVE.id, LEG);
    await rig.clock.advance(1_000);
    expect(rig.wireguard.resetsOf(EVE.publicKey)).toEqual([]);
  });
});

describe("an endpoint that WireGuard has roamed to", () => {
  it("counts as direct only after a check was answered from there", async () => {
    using rig = await Rig.with([ANN]);
    rig.wireguard.shakeHands(ANN.publicKey, DIRECT);
    await rig.connector.refresh();
    expect(rig.tag(ANN)).toBe("none");
    expect(rig.asked).toEqual([formatEndpoint(DIRECT)]);
    await rig.clock.advance(2 * RTT_MS);
    expect(rig.tag(ANN)).toBe("none");

    rig.answering.add(formatEndpoint(DIRECT));
    rig.wireguard.receive(ANN.publicKey, DIRECT);
    await rig.connector.refresh();
    await rig.clock.advance(RTT_MS);
    rig.wireguard.receive(ANN.publicKey, DIRECT);
    await rig.connector.refresh();
    expect(rig.tag(ANN)).toBe("direct");
  });

  it("is the relayed path where it is our leg's, without a check", async () => {
    using rig = await Rig.with([ANN]);
    rig.connector.onRelayReady(ANN.id, LEG);
    rig.wireguard.shakeHands(ANN.publicKey, LEG.endpoint);
    await rig.clock.advance(100);
    expect(rig.tag(ANN)).toBe("relayed");
    expect(rig.asked).not.toContain(formatEndpoint(LEG.endpoint));
  });

  it("counts at once where no check can be sent", async () => {
    using rig = await Rig.with([ANN], { hasStun: false });
    rig.wireguard.shakeHands(ANN.publicKey, DIRECT);
    await rig.connector.refresh();
    expect(rig.tag(ANN)).toBe("direct");
  });
});

describe("a direct pair beside a relay", () => {
  /** Eve is relayed, and this end is the one that moves WireGuard. */
  async function relayed(): Promise<Rig> {
    const rig = await Rig.with([EVE]);
    rig.connector.onRelayReady(EVE.id, LEG);
    await rig.clock.advance(0);
    rig.wireguard.shakeHands(EVE.publicKey, LEG.endpoint);
    await rig.clock.advance(300);
    expect(rig.tag(EVE)).toBe("relayed");
    return rig;
  }

  /** The pair validates, WireGuard is moved there, and Eve's packets go on coming through the relay. */
  async function failOnce(rig: Rig): Promise<void> {
    rig.wireguard.insist(EVE.publicKey, LEG.endpoint);
    await rig.validate(EVE, DIRECT);
    expect(rig.tag(EVE)).toBe("checking");
    rig.answering.clear();
    await rig.clock.advance(SWITCH_MS);
    expect(rig.tag(EVE)).toBe("relayed");
  }

  //
  it("is taken with what comes from the relay pinned to it, and remembered as a success", async () => {
    using rig = await relayed();
    await rig.validate(EVE, DIRECT);
    await rig.clock.advance(200);
    expect(rig.tag(EVE)).toBe("direct");
    expect(rig.wireguard.isAt(EVE.publicKey, DIRECT)).toBe(true);
    expect(rig.pins[0]).toEqual([{ from: LEG.endpoint, to: DIRECT }]);
    expect(rig.failuresOf(EVE, DIRECT)).toBe(0);
  });

  it("that carries nothing is a failure in the cache", async () => {
    using rig = await relayed();
    await failOnce(rig);
    expect(rig.failuresOf(EVE, DIRECT)).toBe(1);
  });

  it("that is only held back, since others before it died young, is no failure in the cache", async () => {
    using rig = await relayed();
    await failOnce(rig);
    await failOnce(rig);
    expect(rig.failuresOf(EVE, DIRECT)).toBe(2);
    await rig.validate(EVE, DIRECT);
    expect(rig.tag(EVE)).toBe("relayed");
    expect(rig.wireguard.isAt(EVE.publicKey, LEG.endpoint)).toBe(true);
    expect(rig.failuresOf(EVE, DIRECT)).toBe(2);
  });

  it("leaves a relay that is gone as a failure of that relay, and another is asked for", async () => {
    using rig = await relayed();
    const asked = rig.relayed.length;
    rig.connector.onRelayGone(EVE.id, LEG.relay, LEG.allocation, true);
    await rig.clock.advance(10);
    expect(rig.tag(EVE)).toBe("none");
    expect(rig.relayed.length).toBeGreaterThan(asked);
    const [row] = rig.cache.describe(EVE.id).filter(({ type }) => type === "relay");
    expect(row).toMatchObject({ successes: 1, failures: 1 });
  });

  //
  it("goes on over the spare when its relay is gone, which is no failure where that ended in good order", async () => {
    using rig = await relayed();
    const spare: Leg = { ...LEG, allocation: "d".repeat(32) as AllocationId, endpoint: endpoint(2, 40_000) };
    rig.connector.onRelayReady(EVE.id, spare);
    const asked = rig.relayed.length;
    rig.connector.onRelayGone(EVE.id, LEG.relay, LEG.allocation, false);
    await rig.clock.advance(10);
    expect(rig.tag(EVE)).toBe("relayed");
    expect(rig.wireguard.isAt(EVE.publicKey, spare.endpoint)).toBe(true);
    expect(rig.pins.flat()).toEqual([{ from: LEG.endpoint, to: spare.endpoint }]);
    expect(rig.relayed.length).toBe(asked);
    const [row] = rig.cache.describe(EVE.id).filter(({ type }) => type === "relay");
    expect(row).toMatchObject({ failures: 0 });
  });
});

async function direct(): Promise<Rig> {
  const rig = await Rig.with([EVE]);
  rig.mapped = endpoint(50);
  rig.wireguard.shakeHands(EVE.publicKey, DIRECT);
  rig.answering.add(formatEndpoint(DIRECT));
  await rig.connector.refresh();
  await rig.clock.advance(2 * RTT_MS);
  rig.wireguard.receive(EVE.publicKey, DIRECT);
  await rig.connector.refresh();
  await rig.clock.advance(500);
  expect(rig.tag(EVE)).toBe("direct");
  return rig;
}

//
describe("a host that moves", () => {
  it("asks at once whether its direct paths still work, tells the peers, and has WireGuard choose its source anew", async () => {
    using rig = await direct();
    const asked = rig.asked.length;
    const signalled = rig.signalled.length;
    const { length } = rig.wireguard.changes;
    rig.connector.moved();
    await rig.clock.advance(0);
    expect(rig.asked.length).toBeGreaterThan(asked);
    expect(rig.signalled.length).toBe(signalled + 1);
    expect(rig.wireguard.changes.slice(length)).toEqual([
      expect.objectContaining({ publicKey: EVE.publicKey, endpoint: DIRECT, kick: true }),
    ]);
    await rig.clock.advance(5_000);
    expect(rig.tag(EVE)).toBe("direct");
  });

  it("learns from a peer's answer that a NAT has moved it, and says something through WireGuard for the peer to follow", async () => {
    using rig = await direct();
    await rig.clock.advance(15_000);
    expect(rig.remapped).toBe(0);
    rig.mapped = endpoint(51);
    const { length } = rig.wireguard.changes;
    await rig.clock.advance(15_000);
    expect(rig.remapped).toBe(1);
    expect(rig.wireguard.changes.slice(length)).toContainEqual(
      expect.objectContaining({ publicKey: EVE.publicKey, endpoint: DIRECT, kick: true }),
    );
    await rig.clock.advance(30_000);
    expect(rig.remapped).toBe(1);
  });

  //
  it("takes another mapping for no move where it is that of a hole", async () => {
    using rig = await direct();
    rig.connector.onMet(EVE.id, DIRECT);
    rig.mapped = endpoint(51);
    await rig.clock.advance(30_000);
    expect(rig.remapped).toBe(0);
  });

  it("has others asked when a path seems dead, once each time", async () => {
    using rig = await direct();
    rig.answering.clear();
    await rig.clock.advance(24_000);
    expect(rig.doubted).toEqual([EVE.id]);
  });

  it("checks anew beside a direct path when the peer names other candidates than before", async () => {
    using rig = await direct();
    const MOVED = endpoint(60);
    const name = async (at: Endpoint): Promise<readonly string[]> => {
      const asked = rig.asked.length;
      rig.connector.onCandidates(EVE.id, [{ kind: "host", endpoint: at }], "at-once");
      await rig.clock.advance(100);
      return rig.asked.slice(asked);
    };
    expect(await name(MOVED)).toContain(formatEndpoint(MOVED));
    await rig.clock.advance(10_000);
    expect(await name(MOVED)).toEqual([]);
  });
});

it("a direct path that nobody uses is asked every 5 s while the host is too busy to see answers, and outlives that", async () => {
  using rig = await direct();
  const busy = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 3) {
      rig.clock.stall(2_500);
      await rig.clock.advance(500);
    }
  };
  await busy(10);
  rig.answering.clear();
  const { length } = rig.asked;
  await busy(30);
  expect(rig.tag(EVE)).toBe("direct");
  expect(rig.asked.length - length).toBeLessThanOrEqual(7);
  await rig.clock.advance(30_000);
  expect(rig.tag(EVE)).not.toBe("direct");
});

it("a connector that was disposed of does nothing any more", async () => {
  const rig = await Rig.with([EVE]);
  rig.connector[Symbol.dispose]();
  const { length } = rig.wireguard.changes;
  rig.connector.onRelayReady(EVE.id, LEG);
  rig.connector.restart();
  await rig.clock.advance(60_000);
  expect(rig.wireguard.changes).toHaveLength(length);
});

//
describe("what is measured", () => {
  const CLEAN = {
    recent: { probes: 32, lost: 0 },
    all: { probes: 128, lost: 0 },
    rttMs: 20,
    jitterMs: 0,
  };
  const REPORT: PathReport = { leg: CLEAN, direct: CLEAN, avoids: undefined, measuring: false };
  const DIRECT6: Endpoint = { address: "2001:db8::7", port: 51_820 };

  /** Direct to `EVE`, whom this end controls, with a relay beside it that works. */
  async function directBesideRelay(): Promise<Rig> {
    const rig = await Rig.with([EVE]);
    rig.report = REPORT;
    rig.connector.onRelayReady(EVE.id, LEG);
    await rig.clock.advance(10);
    rig.wireguard.shakeHands(EVE.publicKey, LEG.endpoint);
    await rig.clock.advance(100);
    await rig.validate(EVE, DIRECT);
    await rig.clock.advance(1_000);
    expect(rig.tag(EVE)).toBe("direct");
    return rig;
  }

  /** Somebody has sent a packet a second to whomever, for some seconds. */
  async function used(rig: Rig): Promise<Rig> {
    for (let second = 0; second < 6; second++) {
      rig.wireguard.txPackets++;
      await rig.clock.advance(1_000);
    }
    return rig;
  }

  /** Our leg is probed twice a second, and clean. */
  async function withLeg(rig: Rig, seconds: number): Promise<void> {
    for (let probe = 0; probe < 2 * seconds; probe++) {
      rig.connector.onLegProbed(EVE.id, rig.clock.monotonicNow(), 20);
      await rig.clock.advance(500);
    }
  }

  it("has a direct path left for the relay that answers every other probe, after the leg was measured too", async () => {
    using rig = await used(await directBesideRelay());
    let probes = 0;
    const has = rig.answering.has.bind(rig.answering);
    rig.answering.has = (at) => has(at) && ++probes % 2 === 0;
    await withLeg(rig, 60);
    expect(rig.legPaces[0]).toEqual([EVE.id, 500]);
    expect(rig.connector.pathOf(EVE.id)?.path).toMatchObject({
      tag: "relayed",
      avoided: { worseBy: "loss" },
    });
    expect(rig.wireguard.endpointOf(EVE.publicKey)).toEqual(LEG.endpoint);
    expect(rig.connector.reportFor(EVE.id)?.avoids).toBe("loss");
    const { history } = rig.connector.pathOf(EVE.id) ?? {};
    expect(history?.changes.at(-1)).toMatchObject({ to: "relayed", why: "the relay loses less" });
  });

  it("has the other end follow that is told so", async () => {
    using rig = await Rig.with([ANN]);
    rig.connector.onRelayReady(ANN.id, LEG);
    await rig.validate(ANN, DIRECT);
    rig.wireguard.shakeHands(ANN.publicKey, DIRECT);
    await rig.clock.advance(1_000);
    await rig.connector.refresh();
    expect(rig.tag(ANN)).toBe("direct");
    rig.connector.onCheckRequest(ANN.id, DIRECT, { ...REPORT, avoids: "rtt" });
    await rig.clock.advance(0);
    expect(rig.tag(ANN)).toBe("relayed");
    expect(rig.wireguard.endpointOf(ANN.publicKey)).toEqual(LEG.endpoint);
  });

  it("prefers the faster of two address families, and probes the other one every 15 s from then on", async () => {
    using rig = await used(await Rig.with([EVE]));
    rig.report = REPORT;
    rig.rttMsByEndpoint.set(formatEndpoint(DIRECT), 80);
    for (const at of [DIRECT, DIRECT6]) rig.answering.add(formatEndpoint(at));
    rig.connector.onCandidates(
      EVE.id,
      [
        { kind: "server-reflexive", endpoint: DIRECT6 },
        { kind: "host", endpoint: DIRECT },
      ],
      "at-once",
    );
    rig.connector.onCheckRequest(EVE.id, DIRECT);
    await rig.clock.advance(200);
    rig.wireguard.shakeHands(EVE.publicKey, DIRECT);
    await rig.clock.advance(1_000);
    expect(rig.connector.pathOf(EVE.id)?.path).toMatchObject({ tag: "direct", endpoint: DIRECT });
    await rig.clock.advance(30_000);
    expect(rig.connector.pathOf(EVE.id)?.path).toMatchObject({ tag: "direct", endpoint: DIRECT6 });
    await rig.clock.advance(60_000);
    rig.asked.length = 0;
    await rig.clock.advance(60_000);
    expect(rig.asked.filter((at) => at === formatEndpoint(DIRECT))).toHaveLength(4);
  });
});
