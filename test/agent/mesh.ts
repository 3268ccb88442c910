import type { Host } from "../lab/host.ts";
import { Lab, type NatOptions } from "../lab/lab.ts";
import { LabAgent } from "../lab/lab-agent.ts";
import type { Nat } from "../lab/nat.ts";

/** Home routers of both kinds; what they let in is the strictest. */
export const EASY_NAT = {
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
} as const satisfies NatOptions;
export const HARD_NAT = {
  mapping: "endpoint-dependent",
  filtering: "address-and-port-dependent",
} as const satisfies NatOptions;

/** Linux routers without a firewall: mappings depend on nobody until two flows clash. */
export const MASQUERADING_NAT = {
  ...HARD_NAT,
  ports: "preserving",
  unsolicited: "taken",
} as const satisfies NatOptions;

/**
 * The scene of the main job: founder and volunteer `v` on the internet, `a` and `b` each behind a NAT of its own.
 * Owner of the lab and its agents; no agent runs before it is started.
 */
export class Mesh implements AsyncDisposable {
  readonly lab: Lab;
  readonly natA: Nat;
  readonly natB: Nat;
  readonly v: LabAgent;
  readonly a: LabAgent;
  readonly b: LabAgent;
  readonly #agents: LabAgent[] = [];

  private constructor(lab: Lab, sites: { natA: Nat; natB: Nat; v: LabAgent; a: LabAgent; b: LabAgent }) {
    this.lab = lab;
    this.natA = sites.natA;
    this.natB = sites.natB;
    this.v = sites.v;
    this.a = sites.a;
    this.b = sites.b;
    this.#agents.push(sites.v, sites.a, sites.b);
  }

  /** @param natOfA where it differs from `b`'s */
  static async create(name: string, behindNat: NatOptions, natOfA = behindNat): Promise<Mesh> {
    const lab = await Lab.create({ name });
    const [open, natA, natB] = await Promise.all([
      lab.openHost("v"),
      lab.nat("na", natOfA),
      lab.nat("nb", behindNat),
    ]);
    const behind = await Promise.all([lab.hostBehind(natA, "a"), lab.hostBehind(natB, "b")]);
    const [v, a, b] = await Promise.all([
      LabAgent.create(lab, open),
      LabAgent.create(lab, behind[0]),
      LabAgent.create(lab, behind[1]),
    ]);
    return new Mesh(lab, { natA, natB, v, a, b });
  }

  /** One more host with an agent, not started, in no network. */
  async add(host: Host | Promise<Host>): Promise<LabAgent> {
    const agent = await LabAgent.create(this.lab, await host);
    this.#agents.push(agent);
    return agent;
  }

  /** `v` founds the network and volunteers. */
  async found(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.v.start(env);
    await this.v.must("init", "--network", "demo", "--name", "v");
    await this.v.must("relay", "start");
  }

  /** Under its own name, invited by `v`. */
  async admit(agent: LabAgent): Promise<void> {
    await agent.must("join", await this.v.must("invite", agent.name));
  }

  /** All three are up and members; `env` is the volunteer's. */
  async connect(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await Promise.all([this.found(env), this.a.start(), this.b.start()]);
    await this.admit(this.a);
    await this.admit(this.b);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent[Symbol.asyncDispose]()));
    await this.lab[Symbol.asyncDispose]();
  }
}
