import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { BIND_MS, InviteRelays, type InviteRelaysParts } from "../../agent/mesh/invite-relays.ts";
import type { Granted } from "../../agent/relay/client/relay-manager.ts";
import { decoded, refused } from "../../protocol/decoded.ts";
import { formatEndpoint } from "../../protocol/endpoint.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { endpoint } from "./samples.ts";

const [V, W, X] = ["1", "2", "3"].map((digit) => digit.repeat(32) as MemberId) as [
  MemberId,
  MemberId,
  MemberId,
];
const GUEST = "e".repeat(32) as MemberId;
const LIFETIME_SEC = 600;
const kept = (): Promise<void> => Promise.resolve();

/** Volunteers that grant, or do not, and what they were asked. */
class Scene implements Disposable {
  readonly clock = new FakeClock();
  readonly asked: string[] = [];
  readonly refusing = new Set<MemberId>();
  readonly unbound = new Set<MemberId>();
  volunteers: readonly MemberId[] = [V, W, X];
  changes = 0;
  readonly relays: InviteRelays;

  constructor(hasStun = true) {
    const note = (what: string, relay: MemberId): void => void this.asked.push(`${what} ${relay.charAt(0)}`);
    const ports: InviteRelaysParts["ports"] = {
      allocate: (relay, peer) => {
        note("allocate", relay);
        return Promise.resolve(
          this.refusing.has(relay) ? refused("relay.relay-full") : decoded(grant(relay, peer)),
        );
      },
      release: (relay) => {
        note("release", relay);
        return Promise.resolve();
      },
      bind: hasStun
        ? ({ relay }) => {
            note("bind", relay);
            return Promise.resolve(
              this.unbound.has(relay)
                ? refused("timeout")
                : decoded({ rttMs: 1, resent: false, moved: false }),
            );
          }
        : undefined,
      orderEndpoints: (_, endpoints) => endpoints,
    };
    this.relays = new InviteRelays({
      clock: this.clock,
      log: silentLogger,
      ports,
      volunteers: () => this.volunteers,
      onChange: () => this.changes++,
    });
  }

  take(): readonly string[] {
    return this.asked.splice(0);
  }

  [Symbol.dispose](): void {
    this.relays[Symbol.dispose]();
  }
}

function grant(relay: MemberId, peer: MemberId): Granted {
  const digit = Number(relay.charAt(0));
  const allocation = relay.replaceAll(/./g, "a") as AllocationId;
  const endpoints = [
    endpoint(digit, 40_000),
    endpoint(100 + digit, 40_000),
    { address: "2001:db8::1", port: digit },
  ];
  return {
    allocation,
    relay,
    peer,
    endpoints,
    lifetimeSec: LIFETIME_SEC,
    legKey: new Uint8Array(32),
    leg: "a",
  };
}

// R-1201
describe("a new invite is relayed", () => {
  it("by the best two volunteers that grant it and where our leg is bound, with one way of each family", async () => {
    using scene = new Scene();
    scene.refusing.add(V);
    const noted: (readonly MemberId[])[] = [];
    const ways = await scene.relays.open(GUEST, (relays) => {
      noted.push(relays);
      return Promise.resolve();
    });
    expect(ways.map((way) => [way.relay, formatEndpoint(way.endpoint)])).toEqual([
      [W, "192.0.2.2:40000"],
      [W, "[2001:db8::1]:2"],
      [X, "192.0.2.3:40000"],
      [X, "[2001:db8::1]:3"],
    ]);
    expect(noted).toEqual([[W, X]]);
    expect(scene.take()).toEqual(["allocate 1", "allocate 2", "bind 2", "allocate 3", "bind 3"]);
    expect(scene.relays.relays).toEqual(new Set([W, X]));
  });

  it("by nobody where a leg cannot be bound: what was granted goes back", async () => {
    using scene = new Scene();
    scene.volunteers = [V];
    scene.unbound.add(V);
    expect(await scene.relays.open(GUEST, kept)).toEqual([]);
    expect(scene.take().at(-1)).toBe("release 1");
    using blind = new Scene(false);
    expect(await blind.relays.open(GUEST, kept)).toEqual([]);
    expect(blind.take()).toEqual([]);
  });

  it("also while somebody asks what is awaited, before the volunteers are noted", async () => {
    using scene = new Scene();
    scene.volunteers = [V];
    await scene.relays.open(GUEST, () => {
      scene.relays.sync([]);
      return Promise.resolve();
    });
    expect(scene.relays.relays).toEqual(new Set([V]));
    scene.relays.sync([]);
    expect(scene.relays.relays).toEqual(new Set());
  });
});

describe("an allocation for an invite", () => {
  const awaited = [{ guest: GUEST, relays: [V] }];

  it("is asked for again by an issuer that has restarted, and ends with the invite", async () => {
    using scene = new Scene();
    scene.relays.sync(awaited);
    await scene.clock.advance(0);
    expect(scene.take()).toEqual(["allocate 1", "bind 1"]);
    scene.relays.sync(awaited);
    await scene.clock.advance(0);
    expect(scene.take()).toEqual([]);
    expect(scene.changes).toBe(1);
    scene.relays.sync([]);
    await scene.clock.advance(10 * BIND_MS);
    expect(scene.take()).toEqual(["release 1"]);
  });

  it("is bound every 15 s, and asked for anew at half of its lifetime", async () => {
    using scene = new Scene();
    scene.relays.sync(awaited);
    await scene.clock.advance(0);
    scene.take();
    await scene.clock.advance(BIND_MS - 1);
    expect(scene.take()).toEqual([]);
    await scene.clock.advance(1);
    expect(scene.take()).toEqual(["bind 1"]);
    await scene.clock.advance((LIFETIME_SEC * 1000) / 2 - BIND_MS);
    expect(scene.take().slice(-2)).toEqual(["allocate 1", "bind 1"]);
  });

  it("is asked for again where it does not answer any more, and by whoever is back", async () => {
    using scene = new Scene();
    scene.relays.sync(awaited);
    await scene.clock.advance(0);
    scene.take();
    scene.unbound.add(V);
    await scene.clock.advance(BIND_MS);
    expect(scene.take()).toEqual(["bind 1", "allocate 1", "bind 1"]);
    scene.unbound.delete(V);
    scene.relays.refresh(W);
    await scene.clock.advance(0);
    expect(scene.take()).toEqual([]);
    scene.relays.refresh(V);
    await scene.clock.advance(0);
    expect(scene.take()).toEqual(["allocate 1", "bind 1"]);
    scene.relays.refresh();
    await scene.clock.advance(0);
    expect(scene.take()).toEqual(["bind 1"]);
  });

  it("is left alone, without a word, by an agent that stops", async () => {
    const scene = new Scene();
    scene.relays.sync(awaited);
    await scene.clock.advance(0);
    scene.take();
    scene[Symbol.dispose]();
    await scene.clock.advance(10 * BIND_MS);
    expect(scene.take()).toEqual([]);
    expect(scene.clock.pending).toBe(0);
  });
});
