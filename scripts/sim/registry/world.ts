import type { Random } from "../../../agent/random.ts";
import { seededRandom } from "../../../test/support/seeded-random.ts";
import type { Row } from "../../bench/report.ts";
import { percentile } from "./figures.ts";
import { Population } from "./population.ts";
import { SimMesh } from "./sim-mesh.ts";
import { wallAt, type SimMember } from "./sim-member.ts";

export type WorldOptions = {
  readonly seed: number;
  readonly count: number;
  /** Records of each kind of flood. */
  readonly floodRecords: number;
  readonly progress: (text: string) => void;
};

/** What one scenario happens in; all that is random in it follows from the seed. */
export class World {
  readonly random: Random;
  readonly population: Population;
  readonly count: number;
  readonly floodRecords: number;
  readonly progress: (text: string) => void;

  constructor({ seed, count, floodRecords, progress }: WorldOptions) {
    this.random = seededRandom(seed);
    this.count = count;
    this.floodRecords = floodRecords;
    this.progress = progress;
    this.population = new Population(count, this.random);
  }

  /** A mesh in which everybody knows everything. */
  settled(loss: number): SimMesh {
    const mesh = new SimMesh({ population: this.population, random: this.random, loss });
    mesh.settle();
    this.progress("settled");
    return mesh;
  }

  anyOf(members: readonly SimMember[]): SimMember {
    const member = members[Math.floor(this.random.fraction() * members.length)];
    if (member === undefined) throw new RangeError("nobody to choose from");
    return member;
  }

  /** What a member's home relays change by: it is what is announced most often. */
  announcement(mesh: SimMesh, { person }: SimMember): ReturnType<Population["endpoints"]> {
    const homes = this.population.people.filter(({ isVolunteer }) => isVolunteer).slice(0, 3);
    return this.population.endpoints(
      person,
      homes.map(({ id }) => id),
      wallAt(mesh.queue.now),
    );
  }
}

/** Of delays in milliseconds, in seconds. */
export function delayRows(what: string, delaysMs: readonly number[], goalSec: number): readonly Row[] {
  const row = (name: string, value: number, goal?: number): Row => ({
    what: `${what}, ${name}`,
    unit: "s",
    samples: [value / 1_000],
    goal,
    judge: "max",
  });
  return [
    row("p50", percentile(delaysMs, 0.5)),
    row("p99", percentile(delaysMs, 0.99), goalSec),
    row("max", percentile(delaysMs, 1)),
  ];
}

export function figureRow(what: string, unit: string, value: number, goal?: number): Row {
  return { what, unit, samples: [value], goal, judge: "max" };
}
