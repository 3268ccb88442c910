import { rename, rm } from "node:fs/promises";
import { join as pathOf } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Host } from "../../test/lab/host.ts";
import { Lab, type NatOptions } from "../../test/lab/lab.ts";
import { LabAgent } from "../../test/lab/lab-agent.ts";
import type { Nat } from "../../test/lab/nat.ts";
import type { Site } from "../../test/lab/site.ts";
import type { Pair } from "./cell.ts";
import type { PlaceName } from "./place.ts";

const JOIN_PATIENCE_MS = 30_000;
const POLL_MS = 25;

/** One end of the pair: which member it is changes, where it is does not. */
export type End = { readonly place: PlaceName; readonly agent: LabAgent; member: "a" | "b" };

type Housed = { readonly host: Host; readonly nats: readonly Nat[] };

const STRICT = {
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
} as const satisfies NatOptions;

const NATS = {
  "ei-ei": { ...STRICT, filtering: "endpoint-independent" },
  "ei-ad": { ...STRICT, filtering: "address-dependent" },
  "ei-apd": STRICT,
  "ed-random": { ...STRICT, mapping: "endpoint-dependent" },
  "ed-sequential": { ...STRICT, mapping: "endpoint-dependent", ports: "sequential" },
  // Ports are kept, so that mappings depend on nobody until two flows clash.
  linux: { ...STRICT, mapping: "endpoint-dependent", ports: "preserving", unsolicited: "taken" },
  "same-lan": STRICT,
  "udp-blocked": STRICT,
  "v6-only": { ...STRICT, ipv6: true },
} as const satisfies Partial<Record<PlaceName, NatOptions>>;

/**
 * A volunteer on the internet and two members at the places of a pair, who have met once: membership is there, whatever
 * else was learned is forgotten at every `coldStart`. Owner of the lab and the agents.
 */
export class Scene implements AsyncDisposable {
  readonly ends: readonly [End, End];
  readonly #lab: Lab;
  readonly #volunteer: LabAgent;
  readonly #sites: readonly Site[];
  readonly #blocked: readonly Site[];

  private constructor(parts: {
    lab: Lab;
    volunteer: LabAgent;
    ends: readonly [End, End];
    sites: readonly Site[];
    blocked: readonly Site[];
  }) {
    this.ends = parts.ends;
    this.#lab = parts.lab;
    this.#volunteer = parts.volunteer;
    this.#sites = parts.sites;
    this.#blocked = parts.blocked;
  }

  static async create(pair: Pair): Promise<Scene> {
    await using stack = new AsyncDisposableStack();
    const lab = stack.use(await Lab.create({ name: "matrix" }));
    const open = await lab.openHost("v");
    const houses = await settle(lab, pair);
    const volunteer = stack.use(await LabAgent.create(lab, open));
    const a = stack.use(await LabAgent.create(lab, houses[0].host));
    const b = stack.use(await LabAgent.create(lab, houses[1].host));
    await Promise.all([volunteer.start(), a.start(), b.start()]);
    // By the API: a starting command line costs more than all that it asks for.
    await volunteer.api.init({ network: "matrix", name: "v", prefix: undefined, endpoints: [] });
    await volunteer.api.relayStart({ maxAllocations: undefined, ports: undefined });
    await Promise.all([a, b].map((agent) => join(volunteer, agent)));
    await Promise.all([knows(a, "b"), knows(b, "a")]);
    stack.move();
    return new Scene({
      lab,
      volunteer,
      ends: [
        { place: pair[0], agent: a, member: "a" },
        { place: pair[1], agent: b, member: "b" },
      ],
      sites: [...new Set(houses.flatMap(({ host, nats }) => [host, ...nats]))],
      blocked: houses.flatMap(({ nats }, index) => (pair[index] === "udp-blocked" ? nats : [])),
    });
  }

  /**
   * Both ends start as after a power cut of everything but the volunteer, with nothing in their caches.
   * @param controlling which end is to have the smaller id.
   */
  async coldStart(controlling: 0 | 1): Promise<void> {
    const [a, b] = this.ends;
    const [idA, idB] = await Promise.all([idOf(a.agent), idOf(b.agent)]);
    await Promise.all([a.agent.stop(), b.agent.stop()]);
    if (idA < idB !== (controlling === 0)) await this.#swapMembers();
    for (const { agent } of this.ends) await rm(pathOf(agent.directory, "state/cache.json"), { force: true });
    await Promise.all(this.#blocked.map((site) => site.blockUdp()));
    await Promise.all(this.#sites.map((site) => site.forgetFlows()));
    await Promise.all([a.agent.start(), b.agent.start()]);
  }

  /** Whether something is between the two that can be cut, so that a relay is all there is. */
  get isSeparable(): boolean {
    const [a, b] = this.ends.map(({ agent }) => agent.host.link.publicLink);
    return a !== b;
  }

  cut(): Promise<void> {
    const [a, b] = this.ends;
    return this.#lab.cutBetween(a.agent.host, b.agent.host);
  }

  restore(): Promise<void> {
    const [a, b] = this.ends;
    return this.#lab.restoreBetween(a.agent.host, b.agent.host);
  }

  /** What an endpoint ("address:port") is of the end that it leads to. */
  whatIs(endpoint: string | null, of: End): string {
    if (endpoint === null) return "none";
    const address = endpoint.slice(0, endpoint.lastIndexOf(":")).replace(/^\[|\]$/g, "");
    const { host: volunteer } = this.#volunteer;
    const { host } = of.agent;
    if (address === volunteer.address4) return "relay";
    if (address === volunteer.address6) return "relay, IPv6";
    if (address === host.address4) return "host";
    if (address === host.address6) return "host, IPv6";
    return "mapped";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [this.#volunteer, ...this.ends.map(({ agent }) => agent)].map((each) => each[Symbol.asyncDispose]()),
    );
    await this.#lab[Symbol.asyncDispose]();
  }

  /** Identities are made at random, and the smaller id controls: so that each end can, they change their places. */
  async #swapMembers(): Promise<void> {
    const [a, b] = this.ends;
    const [stateA, stateB] = this.ends.map(({ agent }) => pathOf(agent.directory, "state")) as [
      string,
      string,
    ];
    await rename(stateA, `${stateA}-moving`);
    await rename(stateB, stateA);
    await rename(`${stateA}-moving`, stateB);
    [a.member, b.member] = [b.member, a.member];
  }
}

async function join(volunteer: LabAgent, agent: LabAgent): Promise<void> {
  const { token } = await volunteer.api.invite({ name: agent.name, expiresSec: 600 });
  await agent.api.join({ token }, () => undefined, AbortSignal.timeout(JOIN_PATIENCE_MS));
}

/** A member that joined at the same time comes by gossip. */
async function knows(agent: LabAgent, name: string): Promise<void> {
  const giveUpAt = performance.now() + JOIN_PATIENCE_MS;
  while (!(await agent.api.peers()).some((peer) => peer.name === name)) {
    if (performance.now() > giveUpAt) throw new Error(`${agent.name} never heard of ${name}`);
    await wait(POLL_MS);
  }
}

async function idOf(agent: LabAgent): Promise<string> {
  const { member } = await agent.api.status();
  if (member === null) throw new Error(`${agent.name} is no member`);
  return member.id;
}

/** Two of a kind get a place each, but where the kind is what they share. */
async function settle(lab: Lab, [one, other]: Pair): Promise<readonly [Housed, Housed]> {
  if (one === other && one === "same-lan") {
    const nat = await lab.nat("lan", NATS[one]);
    const [a, b] = await Promise.all([lab.hostBehind(nat, "a"), lab.hostBehind(nat, "b")]);
    return [
      { host: a, nats: [nat] },
      { host: b, nats: [nat] },
    ];
  }
  if (one === other && one === "hairpin") {
    const carrier = await lab.nat("carrier", { ...STRICT, hairpin: true });
    return Promise.all([behindCarrier(lab, carrier, "a"), behindCarrier(lab, carrier, "b")]);
  }
  return Promise.all([house(lab, one, "a"), house(lab, other, "b")]);
}

async function house(lab: Lab, place: PlaceName, name: "a" | "b"): Promise<Housed> {
  switch (place) {
    case "open":
      return { host: await lab.openHost(name), nats: [] };
    case "firewall": {
      const host = await lab.openHost(name);
      await host.firewall("stateful-drop");
      return { host, nats: [] };
    }
    case "double-nat":
      return behindCarrier(lab, await lab.nat(`carrier-${name}`, STRICT), name);
    case "hairpin":
      return behindCarrier(lab, await lab.nat(`carrier-${name}`, { ...STRICT, hairpin: true }), name);
    case "v6-only": {
      const housed = await behind(lab, NATS[place], name);
      await housed.host.dropIpv4();
      return housed;
    }
    case "ei-ei":
    case "ei-ad":
    case "ei-apd":
    case "ed-random":
    case "ed-sequential":
    case "linux":
    case "same-lan":
    case "udp-blocked":
      return behind(lab, NATS[place], name);
  }
}

async function behind(lab: Lab, options: NatOptions, name: "a" | "b"): Promise<Housed> {
  const nat = await lab.nat(`n${name}`, options);
  return { host: await lab.hostBehind(nat, name), nats: [nat] };
}

async function behindCarrier(lab: Lab, carrier: Nat, name: "a" | "b"): Promise<Housed> {
  const { host, nats } = await behind(lab, { ...STRICT, behind: carrier }, name);
  return { host, nats: [...nats, carrier] };
}
