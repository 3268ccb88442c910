import { describe, expect, it } from "vitest";
import { silentLogger } from "../../../agent/log.ts";
import type { StunCredential } from "../../../agent/nat/stun-agent.ts";
import { LanDiscovery } from "../../../agent/registry/lan/lan-discovery.ts";
import type { LanLinkEvents } from "../../../agent/registry/lan/lan-link.ts";
import { lanSecretOf, type LanSecret } from "../../../agent/registry/lan/lan-secret.ts";
import { WINDOW_MS } from "../../../agent/registry/lan/tag.ts";
import type { Prefix } from "../../../protocol/address.ts";
import { refused } from "../../../protocol/decoded.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { testHost } from "../network.ts";

const PORT = 51_820;
const SECRET = lanSecretOf(1, new Uint8Array(32).fill(1));

type Said = { readonly label: string; readonly txt: Readonly<Record<string, string>> };

/** A LAN on paper: what is announced there is heard by all others on it at once, and checks reach whom they are sent to. */
class PaperLan {
  readonly clock = new FakeClock();
  readonly hosts: PaperHost[] = [];

  host(number: number, secrets: readonly LanSecret[] = [SECRET]): PaperHost {
    const host = new PaperHost(this, number, secrets);
    this.hosts.push(host);
    return host;
  }
}

class PaperHost {
  readonly id: MemberId;
  readonly discovery: LanDiscovery;
  addresses: Prefix[];
  secrets: readonly LanSecret[];
  readonly said: Said[] = [];
  readonly asked: StunCredential[] = [];
  readonly found: (readonly [MemberId, Endpoint])[] = [];
  queries = 0;
  events: LanLinkEvents | undefined;

  constructor(lan: PaperLan, number: number, secrets: readonly LanSecret[]) {
    this.id = testHost(number).id;
    this.secrets = secrets;
    this.addresses = [{ address: `192.168.1.${number}`, length: 24 }];
    this.discovery = new LanDiscovery({
      self: this.id,
      clock: lan.clock,
      random: seededRandom(number),
      log: silentLogger,
      listenPort: PORT,
      addresses: () => this.addresses,
      secrets: () => this.secrets,
      stun: (to, credential) => {
        if (credential !== undefined) this.asked.push(credential);
        const target = lan.hosts.find(({ at }) => at.address === to.address);
        const key = credential && target?.discovery.keyFor(credential.username);
        if (
          credential === undefined ||
          target === undefined ||
          key === undefined ||
          !same(key, credential.key)
        )
          return Promise.resolve(refused("timeout"));
        target.discovery.onCheck(credential.username, this.at);
        const answer = { rttMs: 1, mapped: this.at, errorCode: undefined, nonce: undefined };
        return Promise.resolve({
          ok: true,
          value: { ...answer, from: to, origin: undefined, other: undefined },
        });
      },
      openLink: (_, events) => {
        this.events = events;
        return Promise.resolve({
          announce: (label, port, txt) => {
            const at = { address: this.at.address, port };
            this.said.push({ label, txt });
            for (const { events: heard } of lan.hosts) heard?.onHeard(at, txt);
            return Promise.resolve();
          },
          query: () => {
            this.queries++;
            for (const other of lan.hosts) {
              const last = other.said.at(-1);
              if (last !== undefined) events.onHeard(other.at, last.txt);
            }
          },
          [Symbol.asyncDispose]: () => {
            this.events = undefined;
            return Promise.resolve();
          },
        });
      },
      onMember: (member, from) => void this.found.push([member, from]),
    });
  }

  get at(): Endpoint {
    return { address: this.addresses[0]?.address ?? "0.0.0.0", port: PORT };
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

//
describe("members on a LAN", () => {
  it("learn of each other, and where, within the first question", async () => {
    const lan = new PaperLan();
    const [ann, bob] = [lan.host(1), lan.host(2)];
    ann.discovery.start();
    bob.discovery.start();
    await lan.clock.advance(1_000);
    expect(ann.found[0]).toEqual([bob.id, bob.at]);
    expect(bob.found[0]).toEqual([ann.id, ann.at]);
    // Nobody asks himself.
    expect(ann.found.every(([id]) => id === bob.id)).toBe(true);
  });

  it("do not ask who has another network's secret, and do not answer it", async () => {
    const lan = new PaperLan();
    const [ann, eve] = [lan.host(1), lan.host(2, [lanSecretOf(1, new Uint8Array(32).fill(9))])];
    ann.discovery.start();
    eve.discovery.start();
    await lan.clock.advance(60_000);
    expect([ann.asked, eve.asked, ann.found, eve.found]).toEqual([[], [], [], []]);
  });

  it("find each other over a revocation of which one has not heard", async () => {
    const lan = new PaperLan();
    const next = lanSecretOf(2, new Uint8Array(32).fill(2));
    const [ann, bob] = [lan.host(1, [next, SECRET]), lan.host(2, [SECRET])];
    ann.discovery.start();
    bob.discovery.start();
    await lan.clock.advance(1_000);
    expect(bob.found).toContainEqual([ann.id, ann.at]);
  });

  it("call themselves otherwise with each window, and by nothing that they did before", async () => {
    const lan = new PaperLan();
    const ann = lan.host(1);
    ann.discovery.start();
    await lan.clock.advance(12 * WINDOW_MS);
    expect(ann.said.length).toBeGreaterThanOrEqual(9);
    const words = ann.said.flatMap(({ label, txt }) => [label, ...Object.values(txt)]);
    expect(new Set(words).size).toBe(3 * ann.said.length);
  });

  it("call themselves otherwise where they have moved, and within seconds of a revocation", async () => {
    const lan = new PaperLan();
    const ann = lan.host(1);
    ann.discovery.start();
    await lan.clock.advance(1_000);
    ann.discovery.refresh();
    await lan.clock.advance(1_000);
    expect(ann.said).toHaveLength(1);
    ann.addresses = [{ address: "192.168.7.7", length: 24 }];
    ann.discovery.refresh();
    await lan.clock.advance(1_000);
    expect(ann.said).toHaveLength(2);
    ann.secrets = [lanSecretOf(2, new Uint8Array(32).fill(2)), SECRET];
    await lan.clock.advance(10_000);
    expect(ann.said).toHaveLength(3);
  });

  it("answer for the announcement before the current one, and for none that is older", async () => {
    const lan = new PaperLan();
    const [ann, bob] = [lan.host(1), lan.host(2)];
    ann.discovery.start();
    bob.discovery.start();
    await lan.clock.advance(1_000);
    const username = bob.asked[0]?.username ?? "";
    const rotate = async (): Promise<void> => {
      const { length } = ann.said;
      while (ann.said.length === length) await lan.clock.advance(1_000);
    };
    await rotate();
    expect(ann.discovery.keyFor(username)).toBeDefined();
    await rotate();
    expect(ann.discovery.keyFor(username)).toBeUndefined();
  });

  it("do not believe a check that comes from elsewhere than their LANs", async () => {
    const lan = new PaperLan();
    const [ann, bob] = [lan.host(1), lan.host(2)];
    ann.discovery.start();
    bob.discovery.start();
    await lan.clock.advance(1_000);
    const { length } = ann.found;
    ann.discovery.onCheck(bob.asked[0]?.username ?? "", { address: "198.51.100.1", port: 1 });
    expect(ann.found).toHaveLength(length);
  });

  it("ask ever more rarely who is there", async () => {
    const lan = new PaperLan();
    const ann = lan.host(1);
    ann.discovery.start();
    await lan.clock.advance(60_000);
    expect(ann.queries).toBe(5); // after 1, 3, 7, 15 and 31 s
    await lan.clock.advance(4 * WINDOW_MS);
    expect(ann.queries).toBeLessThan(15);
  });

  it("leave no timer behind where they stop while they open a link", async () => {
    const lan = new PaperLan();
    const ann = lan.host(1);
    ann.discovery.start();
    await Promise.resolve();
    await ann.discovery[Symbol.asyncDispose]();
    expect(ann.said).toHaveLength(1);
    expect(ann.events).toBeUndefined();
    expect(lan.clock.pending).toBe(0);
  });

  it("go silent when they stop", async () => {
    const lan = new PaperLan();
    const ann = lan.host(1);
    ann.discovery.start();
    await lan.clock.advance(1_000);
    await ann.discovery[Symbol.asyncDispose]();
    expect(ann.events).toBeUndefined();
    expect(lan.clock.pending).toBe(0);
  });
});
