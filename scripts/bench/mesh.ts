import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Lab } from "../../test/lab/lab.ts";
import { LabAgent } from "../../test/lab/lab-agent.ts";
import type { Host } from "../../test/lab/host.ts";
import type { Nat } from "../../test/lab/nat.ts";
import type { NatBehaviour } from "../../test/lab/nat-rules.ts";

/** Two members behind a NAT each, and a volunteer on the internet that founded the network. */
export type Mesh = AsyncDisposable & {
  readonly lab: Lab;
  readonly hosts: { readonly v: Host; readonly a: Host; readonly b: Host };
  readonly nats: { readonly a: Nat; readonly b: Nat };
  readonly v: LabAgent;
  readonly a: LabAgent;
  readonly b: LabAgent;
};

export async function meshOfTwo(name: string, mapping: NatBehaviour["mapping"]): Promise<Mesh> {
  await using stack = new AsyncDisposableStack();
  const lab = stack.use(await Lab.create({ name }));
  const nat = { mapping, filtering: "address-and-port-dependent" } as const;
  const [hostV, natA, natB] = await Promise.all([lab.openHost("v"), lab.nat("na", nat), lab.nat("nb", nat)]);
  const [hostA, hostB] = await Promise.all([lab.hostBehind(natA, "a"), lab.hostBehind(natB, "b")]);
  const v = stack.use(await LabAgent.create(lab, hostV));
  const a = stack.use(await LabAgent.create(lab, hostA));
  const b = stack.use(await LabAgent.create(lab, hostB));
  await Promise.all([v.start(), a.start(), b.start()]);
  await v.must("init", "--network", "bench", "--name", "v");
  await v.must("relay", "start");
  await a.must("join", await v.must("invite", "a"));
  await b.must("join", await v.must("invite", "b"));
  const owned = stack.move();
  return {
    lab,
    hosts: { v: hostV, a: hostA, b: hostB },
    nats: { a: natA, b: natB },
    v,
    a,
    b,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** As on a host that never met anybody: membership stays, experience goes. */
export async function forgetExperience(agent: LabAgent): Promise<void> {
  await rm(join(agent.directory, "state/cache.json"), { force: true });
}
