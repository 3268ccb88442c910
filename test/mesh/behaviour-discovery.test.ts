import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { BehaviourDiscovery } from "../../agent/mesh/behaviour-discovery.ts";
import type { ServerReport } from "../../agent/mesh/gatherer.ts";
import type { ProbeAnswer, StunRequestOptions } from "../../agent/nat/stun-agent.ts";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { endpoint } from "./samples.ts";

const HOUR_MS = 3_600_000;
const MAPPED = { address: "198.51.100.7", port: 51_820 };
const CREDENTIAL = { username: "u", key: new Uint8Array(32) };

/** A host behind a NAT that keeps WireGuard's port and lets in only answers, with volunteers that have a second port. */
class Host {
  readonly clock = new FakeClock();
  readonly asked: string[] = [];
  mapped: Endpoint = MAPPED;
  freshOpen = 0;
  changes = 0;
  readonly discovery = new BehaviourDiscovery({
    clock: this.clock,
    log: silentLogger,
    probe: (to, _, options) => this.#answer(to, options),
    openFresh: () => {
      this.freshOpen++;
      return Promise.resolve({
        port: 50_000,
        request: (to, _, options) => this.#answer(to, options),
        [Symbol.asyncDispose]: () => {
          this.freshOpen--;
          return Promise.resolve();
        },
      });
    },
    own: () => ({ addresses: ["10.0.0.2"], listenPort: 51_820 }),
    onChange: () => this.changes++,
  });

  reports(...hosts: readonly number[]): readonly ServerReport[] {
    return hosts.map((host) => ({
      server: { server: `v${host}`, endpoint: endpoint(host), credential: CREDENTIAL },
      mapped: this.mapped,
      rttMs: 10 + host,
    }));
  }

  async gathered(...hosts: readonly number[]): Promise<void> {
    this.discovery.onGathered(this.reports(...hosts));
    await this.clock.advance(0);
  }

  #answer(to: Endpoint, { change, toSelf }: StunRequestOptions): Promise<Decoded<ProbeAnswer>> {
    this.asked.push(to.address);
    if (toSelf === true || change?.port === true) return Promise.resolve(refused("timeout"));
    return Promise.resolve(
      decoded({
        rttMs: 10,
        mapped: this.mapped,
        errorCode: undefined,
        nonce: undefined,
        from: to,
        origin: to,
        other: { ...to, port: 49_999 },
      }),
    );
  }
}

//
describe("behaviour discovery", () => {
  it("looks once servers have answered, tells of it, and not again while nothing changes", async () => {
    const host = new Host();
    await host.gathered();
    expect(host.asked).toEqual([]);
    await host.gathered(1, 2);
    expect(host.discovery.natByFamily).toEqual({
      ipv4: {
        mapping: "endpoint-independent",
        filtering: "address-and-port-dependent",
        ports: "preserving",
        portStep: 0,
        hairpin: "no",
      },
    });
    expect(host.changes).toBe(1);
    const cost = host.asked.length;
    await host.gathered(1, 2);
    expect(host.asked).toHaveLength(cost);
  });

  it("looks again after an hour, when servers see another address, and when there is a second server", async () => {
    const host = new Host();
    await host.gathered(1);
    let cost = host.asked.length;
    const looksAgain = async (...hosts: readonly number[]): Promise<boolean> => {
      await host.gathered(...hosts);
      const more = host.asked.length > cost;
      cost = host.asked.length;
      return more;
    };
    expect(await looksAgain(1)).toBe(false);
    expect(await looksAgain(1, 2)).toBe(true);
    expect(await looksAgain(1, 2)).toBe(false);
    host.mapped = { address: "198.51.100.8", port: 51_820 };
    expect(await looksAgain(1, 2)).toBe(true);
    await host.clock.advance(HOUR_MS - 1);
    expect(await looksAgain(1, 2)).toBe(false);
    await host.clock.advance(1);
    expect(await looksAgain(1, 2)).toBe(true);
    expect(host.changes).toBe(1);
  });

  it("forgets what it knew when the host is elsewhere, and what was asked before says nothing any more", async () => {
    const host = new Host();
    await host.gathered(1, 2);
    host.discovery.onGathered(host.reports(1, 2));
    host.discovery.restart();
    expect(host.discovery.natByFamily).toEqual({});
    const looking = host.discovery.look(host.reports(1, 2));
    host.discovery.restart();
    await looking;
    expect(host.discovery.natByFamily).toEqual({});
  });

  it("asks with a fresh socket where WireGuard's port would not do, and closes it", async () => {
    const host = new Host();
    host.mapped = { ...MAPPED, port: 4_711 };
    await host.gathered(1, 2);
    const fresh = host.discovery.findings.get("ipv4")?.seen.filter(({ localPort }) => localPort === 50_000);
    expect(fresh?.map(({ test }) => test)).toEqual(new Array(5).fill("fresh-mapping"));
    expect(host.freshOpen).toBe(0);
  });
});
