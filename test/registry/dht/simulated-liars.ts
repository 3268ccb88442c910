import type { NamedNode } from "../../../agent/registry/dht/lookup.ts";
import type { Random } from "../../../agent/random.ts";
import { anyAddress, ID_BYTES, nearest, pick, type Liar, type SimulatedDht } from "./simulated-dht.ts";

/** What nodes beside the target do to whoever looks for it. All keep nothing that is written, and say that they do. */
export type Attack =
  /** Each names nodes that are closer still, and not there. */
  | "invent"
  /** They name one another, and nobody else. */
  | "closed"
  /** They name the honest nodes at wrong ports, and right ones under ids that they do not have. */
  | "misname"
  /** They answer nodes, so that these name them, and nobody who looks for anything. */
  | "silent";

export type Attacker = {
  readonly random: Random;
  readonly target: Buffer;
  readonly attack: Attack;
  /** In each a /28 of addresses, or fewer. */
  readonly networks: number;
  readonly addresses: number;
  readonly ports: number;
};

/** Bits that an honest node of a DHT of any size does not share with a target by chance. */
const BESIDE_BITS = 64;

/** Who makes nodes beside a place, as many as the addresses give. */
export function liarsBeside(dht: SimulatedDht, attacker: Attacker): readonly Liar[] {
  const { random, networks, addresses, ports } = attacker;
  const nodes: NamedNode[] = [];
  for (let network = 0; network < networks; network++) {
    const prefix = anyAddress(random).replace(/\d+$/, "");
    for (let address = 1; address <= addresses; address++)
      for (let port = 0; port < ports; port++)
        nodes.push({ id: idBeside(attacker), address: `${prefix}${address}`, port: 6_881 + port });
  }
  const honest = dht.closestTo(attacker.target, 20);
  return nodes.map((node) => ({ node, nodesNear: lie(attacker, nodes, honest) }));
}

function lie(
  attacker: Attacker,
  liars: readonly NamedNode[],
  honest: readonly NamedNode[],
): Liar["nodesNear"] {
  const { random, target } = attacker;
  const twenty = (name: () => NamedNode): readonly NamedNode[] => Array.from({ length: 20 }, name);
  switch (attacker.attack) {
    case "invent":
      return () => twenty(() => ({ id: idBeside(attacker), address: anyAddress(random), port: 6_881 }));
    case "closed":
      return () => nearest(liars, target, 20);
    case "misname":
      return () =>
        twenty(() => {
          const { address = "", port = 0 } = honest[pick(random, honest.length)] ?? {};
          const wrong = random.fraction() < 0.5 ? port : 1_024 + pick(random, 60_000);
          return { id: idBeside(attacker), address, port: wrong };
        });
    case "silent":
      return undefined;
  }
}

function idBeside({ random, target }: Attacker): Buffer {
  return Buffer.concat([
    target.subarray(0, BESIDE_BITS / 8),
    Buffer.from(random.bytes(ID_BYTES - BESIDE_BITS / 8)),
  ]);
}
