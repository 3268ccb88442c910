import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeLab } from "../../test/lab/cleanup.ts";
import { parseNamespaceName } from "../../test/lab/lab-name.ts";
import { Lab } from "../../test/lab/lab.ts";
import type { Nat } from "../../test/lab/nat.ts";
import { DemoAgent } from "./demo-agent.ts";

const DIRECTORY = "hopwire-demo-";
const KEPT_DIRECTORY = "hopwire-demo-kept-";

/** A home router: one outside port for a socket, whoever it talks to; only answers come in. */
export const NAT_KIND = {
  mapping: "endpoint-independent",
  filtering: "address-and-port-dependent",
} as const;

/** Three hosts, two of them behind NATs, with an agent each. Owner of the lab, of what runs in it and of its files. */
export class Stage {
  readonly lab: Lab;
  readonly natA: Nat;
  readonly natB: Nat;
  /** On the internet. */
  readonly v: DemoAgent;
  readonly a: DemoAgent;
  readonly b: DemoAgent;
  readonly #owned: DisposableStack;

  private constructor(
    lab: Lab,
    [natA, natB]: readonly [Nat, Nat],
    [v, a, b]: readonly [DemoAgent, DemoAgent, DemoAgent],
    owned: DisposableStack,
  ) {
    this.lab = lab;
    this.natA = natA;
    this.natB = natB;
    this.v = v;
    this.a = a;
    this.b = b;
    this.#owned = owned;
  }

  /**
   * Everything is removed when this process exits.
   * @param keepable it can be made to stay, with `keep()`.
   */
  static async build(keepable: boolean): Promise<Stage> {
    const owned = new DisposableStack();
    process.on("exit", () => owned.dispose());
    const directory = mkdtempSync(join(tmpdir(), keepable ? KEPT_DIRECTORY : DIRECTORY));
    owned.defer(() => rmSync(directory, { recursive: true, force: true }));
    // The agents' own directories come to lie in here.
    process.env["TMPDIR"] = directory;
    const lab = await Lab.create({ name: "demo", keep: keepable });
    const v = await lab.openHost("v");
    const id = parseNamespaceName(v.namespace.name);
    // Before the directory, or the agents would go on writing.
    if (id !== undefined) owned.defer(() => removeLab(id));
    const nats = await Promise.all([lab.nat("na", NAT_KIND), lab.nat("nb", NAT_KIND)]);
    const [a, b] = await Promise.all([lab.hostBehind(nats[0], "a"), lab.hostBehind(nats[1], "b")]);
    const agents = await Promise.all([
      DemoAgent.create(lab, v),
      DemoAgent.create(lab, a),
      DemoAgent.create(lab, b),
    ]);
    return new Stage(lab, nats, agents, owned);
  }

  /** Removes what was kept, of all demos and other labs. Returns how many labs. */
  static clean(): number {
    const removed = Lab.sweep({ kept: true });
    for (const name of readdirSync(tmpdir())) {
      if (name.startsWith(KEPT_DIRECTORY)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
    return removed;
  }

  get agents(): readonly [DemoAgent, DemoAgent, DemoAgent] {
    return [this.v, this.a, this.b];
  }

  /** From here on it outlives this process, until `Stage.clean()`. */
  keep(): void {
    this.#owned.move();
  }
}
