import { describe, expect, it } from "vitest";
import { Gatherer, type StunServerAddress } from "../../agent/mesh/gatherer.ts";
import { GATHER_INTERVAL_MS } from "../../agent/nat/gathering.ts";
import type { StunAnswer } from "../../agent/nat/stun-agent.ts";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { endpoint } from "./samples.ts";

const MAPPED = { address: "198.51.100.7", port: 4711 };

class Host {
  readonly clock = new FakeClock();
  servers: readonly StunServerAddress[] = [server("v", 1)];
  addresses = ["10.0.0.2"];
  configured: readonly Endpoint[] = [];
  portMapped: Endpoint | undefined;
  readonly asked: string[] = [];
  changes = 0;
  answer: () => Decoded<StunAnswer> = () => seenAs(MAPPED);
  readonly gatherer: Gatherer;

  constructor({ hasStun = true } = {}) {
    this.gatherer = new Gatherer({
      clock: this.clock,
      stun: hasStun
        ? (to) => {
            this.asked.push(to.address);
            return Promise.resolve(this.answer());
          }
        : undefined,
      sources: {
        servers: () => this.servers,
        hostAddresses: () => this.addresses,
        listenPort: () => 51820,
        configured: () => this.configured,
        portMapped: () => this.portMapped,
      },
      onChange: () => this.changes++,
    });
  }

  get kinds(): readonly string[] {
    return this.gatherer.candidates.map(({ kind }) => kind);
  }
}

function server(name: string, number: number): StunServerAddress {
  return { server: name, endpoint: endpoint(number), credential: { username: "u", key: new Uint8Array(32) } };
}

function seenAs(mapped: Endpoint | undefined): Decoded<StunAnswer> {
  return decoded({ mapped, rttMs: 20, errorCode: undefined, nonce: undefined });
}

//
describe("gathering", () => {
  it("tells of host addresses at once and of a mapped one when a server answers", async () => {
    const host = new Host();
    const reports = host.gatherer.gather();
    expect(host.kinds).toEqual(["host"]);
    expect(await reports).toEqual([{ server: host.servers[0], mapped: MAPPED, rttMs: 20 }]);
    expect(host.kinds).toEqual(["host", "server-reflexive"]);
    expect(host.changes).toBe(2);
  });

  it("asks four times within five seconds, then every interval, and says nothing while the answers stay the same", async () => {
    const host = new Host();
    await host.gatherer.gather();
    const before = host.changes;
    await host.clock.advance(5_000);
    expect(host.asked).toHaveLength(4);
    await host.clock.advance(GATHER_INTERVAL_MS - 1);
    expect(host.asked).toHaveLength(4);
    await host.clock.advance(1);
    expect(host.asked).toHaveLength(5);
    expect(host.changes).toBe(before);
    host.answer = () => seenAs({ ...MAPPED, port: 4712 });
    await host.clock.advance(GATHER_INTERVAL_MS);
    expect(host.changes).toBe(before + 1);
  });

  it("keeps a mapped address through one missed round and drops it after two", async () => {
    const host = new Host();
    await host.gatherer.gather();
    await host.clock.advance(5_000);
    host.answer = () => refused("timeout");
    await host.clock.advance(GATHER_INTERVAL_MS);
    expect(host.kinds).toEqual(["host", "server-reflexive"]);
    await host.clock.advance(GATHER_INTERVAL_MS);
    expect(host.kinds).toEqual(["host"]);
  });

  it("begins anew when addresses change: what was mapped before says nothing any more", async () => {
    const host = new Host();
    await host.gatherer.gather();
    host.answer = () => refused("timeout");
    host.addresses = ["10.9.9.9"];
    host.gatherer.restart();
    expect(host.gatherer.candidates).toEqual([
      { kind: "host", endpoint: { address: "10.9.9.9", port: 51820 } },
    ]);
    await host.clock.advance(0);
    expect(host.asked).toHaveLength(2);
  });

  it("does without servers where STUN cannot leave from WireGuard's port", async () => {
    const host = new Host({ hasStun: false });
    host.configured = [endpoint(9)];
    expect(await host.gatherer.gather()).toEqual([]);
    expect(host.kinds).toEqual(["host", "host"]);
  });

  it("has one timer, however often it is asked, and none after disposal", async () => {
    const host = new Host();
    await Promise.all([host.gatherer.gather(), host.gatherer.gather()]);
    expect(host.clock.pending).toBe(1);
    host.gatherer[Symbol.dispose]();
    expect(host.clock.pending).toBe(0);
    expect(await host.gatherer.gather()).toEqual([]);
    expect(host.clock.pending).toBe(0);
  });

  //
  it("tells of a port mapping when it is verified and when it is gone, without asking anybody", async () => {
    const host = new Host();
    await host.gatherer.gather();
    const before = { changes: host.changes, asked: host.asked.length };
    host.portMapped = { address: "198.51.100.7", port: 51_820 };
    host.gatherer.update();
    expect(host.kinds).toEqual(["host", "port-mapped", "server-reflexive"]);
    host.portMapped = undefined;
    host.gatherer.update();
    expect(host.kinds).toEqual(["host", "server-reflexive"]);
    expect(host.changes).toBe(before.changes + 2);
    expect(host.asked).toHaveLength(before.asked);
  });
});
