import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CLOSEST,
  Lookup,
  type Answer,
  type NamedNode,
  type Question,
} from "../../../agent/registry/dht/lookup.ts";
import type { Random } from "../../../agent/random.ts";
import { formatEndpoint } from "../../../protocol/endpoint.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { answerOf, ID_BYTES, nearest, SimulatedDht } from "./simulated-dht.ts";
import { liarsBeside, type Attack } from "./simulated-liars.ts";

const TIME_OUT_MS = 2_250;

type Outcome = {
  readonly lookup: Lookup;
  readonly tookMs: number;
  /** That were asked for what lies at the target, and answered. */
  readonly answered: readonly NamedNode[];
};

/** Answers come in 50 to 300 ms, or not at all. */
function run(dht: SimulatedDht, lookup: Lookup, random: Random): Outcome {
  const open: { readonly dueMs: number; readonly question: Question; readonly answer?: Answer }[] = [];
  const answered: NamedNode[] = [];
  let nowMs = 0;
  for (;;) {
    for (let question = lookup.next(); question !== undefined; question = lookup.next()) {
      const node = dht.at(question.node);
      const answer = node === undefined ? undefined : answerOf(node, question.target);
      const dueMs = nowMs + (answer === undefined ? TIME_OUT_MS : 50 + 250 * random.fraction());
      open.push({ dueMs, question, ...(answer === undefined ? {} : { answer }) });
    }
    const [next] = open.sort((a, b) => a.dueMs - b.dueMs).splice(0, 1);
    if (next === undefined) break;
    nowMs = next.dueMs;
    const { question, answer } = next;
    if (answer === undefined) lookup.failed(question, "silent");
    else {
      lookup.answered(question, answer);
      if (!question.isBeside) answered.push({ ...question.node, id: answer.id });
    }
  }
  expect(lookup.isDone).toBe(true);
  return { lookup, tookMs: nowMs, answered };
}

/** As the library has it: of all that it has heard of, only the twenty closest count. */
function runUnguarded(dht: SimulatedDht, target: Buffer, first: readonly NamedNode[]): readonly NamedNode[] {
  const heard = new Map(first.map((node) => [formatEndpoint(node), node]));
  const asked = new Set<string>();
  const answered: NamedNode[] = [];
  for (;;) {
    const next = nearest([...heard.values()], target, CLOSEST).find(
      (node) => !asked.has(formatEndpoint(node)),
    );
    if (next === undefined) return answered;
    asked.add(formatEndpoint(next));
    const node = dht.at(next);
    const answer = node?.id.equals(next.id) === true ? answerOf(node, target) : undefined;
    if (answer === undefined) continue;
    answered.push(next);
    for (const one of answer.nodes) if (!heard.has(formatEndpoint(one))) heard.set(formatEndpoint(one), one);
  }
}

type Trial = {
  readonly attack?: Attack;
  readonly networks?: number;
  readonly addresses?: number;
  readonly ports?: number;
};

const TRIALS = 8;

/** One writes where it is told that the closest are, another one reads. Of `TRIALS`, each in a DHT of its own. */
function trials({ attack, networks = 1, addresses = 13, ports = 1 }: Trial): {
  readonly found: number;
  readonly foundUnguarded: number;
  readonly asked: readonly number[];
  readonly tookMs: readonly number[];
} {
  const random = seededRandom(7);
  const asked: number[] = [];
  const tookMs: number[] = [];
  let found = 0;
  let foundUnguarded = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const dht = new SimulatedDht({ random, nodes: 1_000, deadShare: 0.3 });
    const target = Buffer.from(random.bytes(ID_BYTES));
    if (attack !== undefined)
      dht.introduce(liarsBeside(dht, { random, target, attack, networks, addresses, ports }), 0.75);
    const first = (): readonly NamedNode[] => Array.from({ length: 3 }, () => dht.anyNode());
    const keep = (nodes: readonly NamedNode[]): ReadonlySet<string> =>
      new Set(nodes.filter((node) => dht.at(node)?.isHonest).map(formatEndpoint));
    const holds = (holders: ReadonlySet<string>, nodes: readonly NamedNode[]): boolean =>
      nodes.some((node) => holders.has(formatEndpoint(node)));

    const writer = run(dht, new Lookup(target, [], first()), random);
    const reader = run(dht, new Lookup(target, [], first()), random);
    if (holds(keep(writer.lookup.closest), reader.answered)) found++;
    const written = nearest(runUnguarded(dht, target, first()), target, CLOSEST);
    if (holds(keep(written), runUnguarded(dht, target, first()))) foundUnguarded++;
    asked.push(reader.lookup.asked);
    tookMs.push(reader.tookMs);
  }
  return { found, foundUnguarded, asked, tookMs };
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

//
describe("a look-up among 1,000 nodes of which a third is gone", () => {
  it("meets those that were written to, by some 55 questions", () => {
    const { found, foundUnguarded, asked } = trials({});
    expect([found, foundUnguarded]).toEqual([TRIALS, TRIALS]);
    expect(mean(asked)).toBeLessThan(75);
  });

  const attacks: readonly (Trial & { readonly title: string })[] = [
    { title: "13 name nodes that are closer still and not there", attack: "invent" },
    { title: "52 of 13 addresses do so", attack: "invent", ports: 4 },
    { title: "65 of five networks do so", attack: "invent", networks: 5 },
    { title: "52 of 13 addresses name only one another", attack: "closed", ports: 4 },
    { title: "65 of five networks name only one another", attack: "closed", networks: 5 },
    { title: "those of twelve networks name only one another", attack: "closed", networks: 12, addresses: 2 },
    { title: "65 name honest nodes wrongly", attack: "misname", networks: 5 },
  ];
  it.each(attacks)("meets them though nodes beside the target lie: $title", (trial) => {
    const { found, foundUnguarded, asked, tookMs } = trials(trial);
    expect(found).toBe(TRIALS);
    expect(foundUnguarded).toBeLessThan(TRIALS / 2);
    expect(Math.max(...asked)).toBeLessThanOrEqual(160);
    expect(mean(tookMs)).toBeLessThan(20_000);
  });

  it("meets them though nodes beside the target answer only nodes, which then name them", () => {
    const { found, asked } = trials({ attack: "silent", networks: 5 });
    expect(found).toBe(TRIALS);
    expect(Math.max(...asked)).toBeLessThanOrEqual(160);
  });

  it("is lost where liars in 40 networks are the closest, as security.md says", () => {
    expect(trials({ attack: "closed", networks: 40, addresses: 1, ports: 1 }).found).toBeLessThan(TRIALS / 2);
  });
});

const TARGET = Buffer.alloc(ID_BYTES);

/** `distance` from the target, in the last two bytes of its id. */
function nodeAt(distance: number, address: string, port = 6_881): NamedNode {
  const id = Buffer.alloc(ID_BYTES);
  id.writeUInt16BE(distance, ID_BYTES - 2);
  return { id, address, port };
}

const FIRST = nodeAt(60_000, "198.51.100.1");

/** In a network of its own. */
function apart(distance: number): NamedNode {
  return nodeAt(distance, `60.${distance >> 8}.${distance & 255}.1`);
}

/** Asks what `named` has each node name, those at `dead` excepted, to the end. */
function follow(
  lookup: Lookup,
  namedBy: (node: NamedNode) => readonly NamedNode[],
  nodes: readonly NamedNode[],
): readonly string[] {
  const asked: string[] = [];
  const byEndpoint = new Map(nodes.map((node) => [formatEndpoint(node), node]));
  for (let question = lookup.next(); question !== undefined; question = lookup.next()) {
    if (!question.isBeside) asked.push(formatEndpoint(question.node));
    const node = byEndpoint.get(formatEndpoint(question.node));
    if (node === undefined) lookup.failed(question, "silent");
    else lookup.answered(question, { id: node.id, nodes: namedBy(node), token: Buffer.from("t") });
  }
  return asked;
}

//
describe("a look-up", () => {
  it("asks the first nodes where none is known, and others only where those do not answer", () => {
    const question = new Lookup(TARGET, [], [FIRST]).next();
    expect(question).toEqual({
      node: { address: FIRST.address, port: FIRST.port },
      target: TARGET,
      isBeside: false,
    });
    const known = Array.from({ length: 20 }, (_, index) => apart(index + 1));
    const enough = new Lookup(TARGET, known, [FIRST]);
    expect(follow(enough, () => [], known)).not.toContain(formatEndpoint(FIRST));
    const tooFew = new Lookup(TARGET, known, [FIRST]);
    expect(follow(tooFew, () => [], [FIRST, ...known.slice(1)])).toContain(formatEndpoint(FIRST));
  });

  it("counts as closest only those that have answered, by the ids that they answer with", () => {
    const named = [nodeAt(1, "60.1.0.1"), nodeAt(2, "60.2.0.1"), nodeAt(3, "60.3.0.1")];
    const there = [FIRST, nodeAt(900, "60.2.0.1"), nodeAt(3, "60.3.0.1")];
    const lookup = new Lookup(TARGET, [], [FIRST]);
    follow(lookup, (node) => (node === FIRST ? named : []), there);
    expect(lookup.closest.map(({ address }) => address)).toEqual(["60.3.0.1", "60.2.0.1", FIRST.address]);
  });

  it("takes one node of each network before a second one of any", () => {
    const crowd = Array.from({ length: 30 }, (_, index) => nodeAt(index + 1, `60.0.0.${index + 1}`));
    const others = Array.from({ length: 19 }, (_, index) => apart(1_000 + index));
    const lookup = new Lookup(TARGET, [], [FIRST]);
    const nodes = [...crowd, ...others];
    follow(lookup, (node) => (node === FIRST ? nodes : []), [FIRST, ...nodes]);
    const addresses = lookup.closest.map(({ address }) => address);
    expect(addresses).toHaveLength(CLOSEST);
    expect(addresses.filter((address) => address.startsWith("60.0.0."))).toEqual(["60.0.0.1"]);
  });

  it("asks all nodes of a DHT that has one network only", () => {
    const nodes = Array.from({ length: 15 }, (_, index) => nodeAt(index + 1, `198.51.100.${index + 2}`));
    const lookup = new Lookup(TARGET, [], [FIRST]);
    follow(lookup, () => nodes, [FIRST, ...nodes]);
    expect(lookup.closest).toHaveLength(16);
  });

  it("gives up on what one node names after three that are not there, where there are others", () => {
    const liar = nodeAt(1, "60.0.0.1");
    const invented = Array.from({ length: 20 }, (_, index) => nodeAt(2 + index, `61.0.${index}.1`));
    const others = Array.from({ length: CLOSEST }, (_, index) => apart(1_000 + index));
    const lookup = new Lookup(TARGET, [], [FIRST]);
    const names = (node: NamedNode): readonly NamedNode[] =>
      node === liar ? invented : node === FIRST ? [liar, ...others] : [];
    const asked = follow(lookup, names, [FIRST, liar, ...others]);
    expect(asked.filter((address) => address.startsWith("61."))).toHaveLength(3);
  });

  it("does not hold it against many that all of them name the same nodes that are gone", () => {
    const gone = Array.from({ length: 6 }, (_, index) => nodeAt(1 + index, `61.0.${index}.1`));
    const known = Array.from({ length: CLOSEST }, (_, index) => apart(1_000 + index));
    const late = nodeAt(500, "62.0.0.1");
    const lookup = new Lookup(TARGET, known, []);
    follow(lookup, (node) => [...gone, ...(node === known[9] ? [late] : [])], [...known, late]);
    expect(lookup.closest.map(({ address }) => address)).toContain(late.address);
  });

  it("does not hold it against the namer that a node keeps no entries", () => {
    const unable = Array.from({ length: 6 }, (_, index) => nodeAt(1 + index, `61.0.${index}.1`));
    const rest = Array.from({ length: CLOSEST }, (_, index) => apart(1_000 + index));
    const lookup = new Lookup(TARGET, [], [FIRST]);
    for (let question = lookup.next(); question !== undefined; question = lookup.next()) {
      const { address } = question.node;
      const isFirst = address === FIRST.address;
      if (address.startsWith("61.")) lookup.failed(question, "unable");
      else {
        const id = [FIRST, ...rest].find((node) => node.address === address)?.id ?? TARGET;
        lookup.answered(question, { id, nodes: isFirst ? [...unable, ...rest] : [], token: undefined });
      }
    }
    expect(lookup.closest.map(({ address }) => address)).toEqual(rest.map(({ address }) => address));
  });

  it("asks those closest also for what they know away from the target, where no liars are", () => {
    const lookup = new Lookup(TARGET, [nodeAt(0b100, "60.0.0.1")], []);
    const exact = lookup.next();
    if (exact === undefined) throw new Error("asks nobody");
    expect(lookup.next()).toBeUndefined();
    lookup.answered(exact, { id: nodeAt(0b100, "").id, nodes: [], token: undefined });
    const beside = lookup.next();
    expect(beside?.isBeside).toBe(true);
    expect(beside?.target).toEqual(nodeAt(0b100, "").id);
  });

  it("ends after 160 questions at most, whoever answers what, with those closest that answered", () => {
    const answers = fc.infiniteStream(
      fc.record({
        is: fc.constantFrom("silent", "unable", "answer", "answer"),
        distances: fc.array(fc.nat(65_535), { maxLength: 20 }),
        network: fc.nat(255),
        ownId: fc.nat(65_535),
      }),
    );
    fc.assert(
      fc.property(answers, (stream) => {
        const lookup = new Lookup(TARGET, [], [FIRST]);
        const open: Question[] = [];
        const ids = new Map<string, Buffer>();
        let questions = 0;
        for (const { is, distances, network, ownId } of stream) {
          for (let question = lookup.next(); question !== undefined; question = lookup.next()) {
            open.push(question);
            questions++;
          }
          expect(open.length).toBeLessThanOrEqual(16);
          const question = open.splice(ownId % Math.max(1, open.length), 1)[0];
          if (question === undefined) break;
          if (is !== "answer") lookup.failed(question, is);
          else {
            const nodes = distances.map((one) => nodeAt(one, `60.${network}.${one & 255}.${one >> 8}`));
            const { id } = nodeAt(ownId, "");
            if (!question.isBeside) ids.set(formatEndpoint(question.node), id);
            lookup.answered(question, { id, nodes, token: undefined });
          }
        }
        expect(lookup.isDone).toBe(true);
        expect(questions).toBeLessThanOrEqual(160);
        expect(lookup.closest.length).toBe(Math.min(CLOSEST, ids.size));
        for (const node of lookup.closest) expect(ids.get(formatEndpoint(node))).toEqual(node.id);
      }),
    );
  });
});
