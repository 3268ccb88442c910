import { formatEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import { inFairOrder, levelOf, networkOf } from "./networks.ts";

/** A node of which somebody says that it is there. */
export type NamedNode = Endpoint & { readonly id: Buffer };

/** What to ask a node: what it has at the target, or, where `isBeside`, only which nodes it knows near another one. */
export type Question = { readonly node: Endpoint; readonly target: Buffer; readonly isBeside: boolean };

export type Answer = {
  readonly id: Buffer;
  readonly nodes: readonly NamedNode[];
  readonly token: Buffer | undefined;
};

export type AnsweredNode = NamedNode & { readonly token: Buffer | undefined };

/** As many as the largest programs' nodes and the library's answer with: so many hold an entry. */
export const CLOSEST = 20;

/** Where nobody lies, 50 to 80 are enough; 12 look-ups of a session may all come so far. */
const MAX_QUESTIONS = 160;

/** Two dead nodes in three leave five that answer in each time-out. */
const MAX_OPEN = 16;

/** So that who names only dead nodes holds up a fifth of the look-up. */
const MAX_OPEN_OF_NAMER = 3;

/** A third of what nodes know has gone since; who is to blame for more dead nodes is believed when nobody else is left. */
const MAX_BLAME = 3;

/** In one network. Else whoever names nodes beside another one that are not there, has that one asked last. */
const FORGIVEN_DEAD = 2;

/** So many nodes keep an entry where BEP 44 is followed to the letter: a look-up must not miss them. */
const CLOSEST_ASKED_BESIDE = 8;

/** Where the closest are not of as many networks: so often each is asked what is beside the target. */
const MAX_BESIDE = 4;

/**
 * A node that has answered, as one that names others: `level` as of its network when it was asked; `blame` for those that it
 * named and are not there, less those that are, each shared with all that named it.
 */
type Namer = { readonly level: number; open: number; blame: number };

type Candidate = Endpoint & {
  readonly network: string;
  readonly isSeed: boolean;
  /** As it was named by each. */
  readonly idByNamer: Map<Namer, Buffer>;
  /** From the target, by the closest of the ids that it was named by; its own once it has answered. */
  distance: Buffer;
  /** Of its network, when it was asked. */
  level: number;
  /** It, and one of those that name it, were the first of their networks. */
  isForemost: boolean;
  state: "waiting" | "open" | "answered" | "unable" | "silent";
};

type Answered = AnsweredNode & {
  readonly distance: Buffer;
  readonly namer: Namer;
  askedBeside: number;
};

type Ranked = { readonly level: number; readonly distance: Buffer };

type RankedCandidate = Ranked & { readonly candidate: Candidate };

/**
 * The search for the nodes closest to one place. Anybody may be a node, with any id, and name whom it wants: so only who has
 * answered counts, whoever names what is not there is believed last, and no network of addresses takes the place of others
 * (`inFairOrder`). Bounded in questions, and so in all that it keeps.
 */
export class Lookup {
  readonly #target: Buffer;
  readonly #candidates = new Map<string, Candidate>();
  readonly #waiting = new Set<Candidate>();
  readonly #answered = new Map<string, Answered>();
  readonly #loadByNetwork = new Map<string, { taken: number; dead: number }>();
  #closest: readonly { readonly node: Answered; readonly level: number }[] = [];
  #asked = 0;
  #open = 0;
  #openBeside = 0;
  #openForemost = 0;

  /** `first` are asked where those that are `known` are too few, or do not answer. */
  constructor(target: Uint8Array, known: readonly NamedNode[], first: readonly Endpoint[]) {
    this.#target = Buffer.from(target);
    for (const node of known) this.#seed(node, this.#distance(node.id));
    for (const node of first) this.#seed(node, Buffer.alloc(target.length, 0xff));
  }

  /** Nothing is asked, and nothing is left to ask. */
  get isDone(): boolean {
    return this.#open === 0 && this.#choice() === undefined;
  }

  get asked(): number {
    return this.#asked;
  }

  /** That have answered, fairly chosen: where an entry is to lie. */
  get closest(): readonly AnsweredNode[] {
    return this.#closest.map(({ node: { id, address, port, token } }) => ({ id, address, port, token }));
  }

  /** Whom to ask now, which has to be followed by `answered` or `failed`; undefined: wait for these, or `isDone`. */
  next(): Question | undefined {
    const choice = this.#choice();
    if (choice === undefined) return undefined;
    this.#asked++;
    this.#open++;
    if ("askedBeside" in choice) {
      this.#openBeside++;
      const target = this.#beside(choice);
      choice.askedBeside++;
      return { node: endpointOf(choice), target, isBeside: true };
    }
    const { candidate, level } = choice;
    candidate.state = "open";
    candidate.level = levelOf(this.#loadOf(candidate.network));
    candidate.isForemost = level === 0;
    if (candidate.isForemost) this.#openForemost++;
    this.#waiting.delete(candidate);
    this.#load(candidate.network).taken++;
    for (const namer of candidate.idByNamer.keys()) namer.open++;
    return { node: endpointOf(candidate), target: this.#target, isBeside: false };
  }

  answered({ node, isBeside }: Question, { id, nodes, token }: Answer): void {
    this.#close(isBeside);
    const key = formatEndpoint(node);
    const candidate = this.#candidates.get(key);
    if (candidate === undefined) return;
    if (!isBeside) {
      if (candidate.isForemost) this.#openForemost--;
      candidate.state = "answered";
      candidate.distance = this.#distance(id);
      for (const [namer, named] of candidate.idByNamer) {
        namer.open--;
        namer.blame += named.equals(id) ? -1 / candidate.idByNamer.size : 1;
      }
      const { distance, level } = candidate;
      const namer = { level, open: 0, blame: 0 };
      this.#answered.set(key, { ...node, id, token, distance, namer, askedBeside: 0 });
      this.#closest = inFairOrder([...this.#answered.values()].sort(byDistance)).slice(0, CLOSEST);
    }
    const namer = this.#answered.get(key)?.namer;
    if (namer !== undefined) for (const named of nodes) this.#hear(named, namer);
  }

  /** "unable": it has answered that it cannot, as nodes do that keep no entries; who has named it has told no lie. */
  failed({ node, isBeside }: Question, why: "unable" | "silent"): void {
    this.#close(isBeside);
    const candidate = this.#candidates.get(formatEndpoint(node));
    if (candidate === undefined || isBeside) return;
    candidate.state = why;
    if (candidate.isForemost) this.#openForemost--;
    if (why === "unable") {
      for (const namer of candidate.idByNamer.keys()) namer.open--;
      return;
    }
    const load = this.#load(candidate.network);
    load.taken--;
    load.dead++;
    // Shared, since nodes that many know are gone for all of them at once.
    const namers = [...candidate.idByNamer.keys()];
    for (const namer of namers) {
      namer.open--;
      namer.blame += 1 / namers.length;
    }
  }

  #close(isBeside: boolean): void {
    this.#open--;
    if (isBeside) this.#openBeside--;
  }

  #seed(node: Endpoint, distance: Buffer): void {
    if (!this.#candidates.has(formatEndpoint(node))) this.#add(node, distance, true);
  }

  #hear({ id, address, port }: NamedNode, namer: Namer): void {
    const distance = this.#distance(id);
    const known = this.#candidates.get(formatEndpoint({ address, port }));
    if (known === undefined) {
      this.#add({ address, port }, distance, false).idByNamer.set(namer, id);
      return;
    }
    if (known.idByNamer.has(namer)) return;
    known.idByNamer.set(namer, id);
    switch (known.state) {
      case "waiting":
        if (Buffer.compare(distance, known.distance) < 0) known.distance = distance;
        break;
      case "open":
        namer.open++;
        break;
      case "answered":
        if (!distance.equals(known.distance)) namer.blame++;
        break;
      case "unable":
        break;
      case "silent":
        namer.blame += 1 / known.idByNamer.size;
        break;
    }
  }

  #add({ address, port }: Endpoint, distance: Buffer, isSeed: boolean): Candidate {
    const candidate: Candidate = {
      address,
      port,
      network: networkOf({ address }),
      isSeed,
      idByNamer: new Map(),
      distance,
      level: 0,
      isForemost: false,
      state: "waiting",
    };
    this.#candidates.set(formatEndpoint(candidate), candidate);
    this.#waiting.add(candidate);
    return candidate;
  }

  /** First whom no other one of its network came before, then what is beside these, and only then the others. */
  #choice(): RankedCandidate | Answered | undefined {
    if (this.#asked >= MAX_QUESTIONS || this.#open >= MAX_OPEN) return undefined;
    const believed = this.#nextNamed((blame) => blame < MAX_BLAME);
    if (believed?.level === 0) return believed;
    if (this.#openForemost > 0) return undefined;
    const beside = this.#nextBeside();
    if (beside !== undefined) return beside;
    if (this.#openBeside > 0) return undefined;
    const isShort = this.#closest.length < CLOSEST;
    return believed ?? (isShort ? this.#nextNamed(() => true) : undefined);
  }

  /** That would be among the closest if it answered, and of these the first. */
  #nextNamed(isBelieved: (blame: number) => boolean): RankedCandidate | undefined {
    const last = this.#closest[CLOSEST - 1];
    const bar = last === undefined ? undefined : { level: last.level, distance: last.node.distance };
    let best: RankedCandidate | undefined;
    for (const candidate of this.#waiting) {
      const namedAt = levelOfNamers(candidate, isBelieved);
      if (namedAt === undefined) continue;
      const level = Math.max(namedAt, levelOf(this.#loadOf(candidate.network)));
      const ranked = { candidate, level, distance: candidate.distance };
      const before = best ?? bar;
      if (before === undefined || byRank(ranked, before) < 0) best = ranked;
    }
    return best;
  }

  /**
   * Nodes crowded around the target are all that those near it answer with. What each has beside itself, away from the
   * target, nobody crowds out who is not there as well.
   */
  #nextBeside(): Answered | undefined {
    const isCrowded = this.#closest[CLOSEST - 1]?.level !== 0;
    const chosen = this.#closest.find(({ node, level }, index) => {
      const times = isCrowded && level === 0 ? MAX_BESIDE : index < CLOSEST_ASKED_BESIDE ? 1 : 0;
      return node.askedBeside < times;
    });
    return chosen?.node;
  }

  /** The target, but on the node's side of where their ids part; then on the other side of one of the bits after that one. */
  #beside({ distance, askedBeside }: Answered): Buffer {
    const beside = Buffer.from(this.#target);
    const at = distance.findIndex((byte) => byte !== 0);
    const bit = 8 * at + Math.clz32(distance[at] ?? 0) - 24 + askedBeside;
    if (at !== -1) beside[bit >> 3] = (beside[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
    return beside;
  }

  #loadOf(network: string): number {
    const { taken, dead } = this.#load(network);
    return taken + Math.max(0, dead - FORGIVEN_DEAD);
  }

  #load(network: string): { taken: number; dead: number } {
    const load = this.#loadByNetwork.get(network) ?? { taken: 0, dead: 0 };
    this.#loadByNetwork.set(network, load);
    return load;
  }

  #distance(id: Uint8Array): Buffer {
    return Buffer.from(this.#target.map((byte, at) => byte ^ (id[at] ?? 0)));
  }
}

/** By the foremost of those that count now; what one names that was not the first of its network comes after its like. Undefined: none. */
function levelOfNamers(
  { isSeed, idByNamer }: Candidate,
  isBelieved: (blame: number) => boolean,
): number | undefined {
  if (isSeed) return 0;
  let least: number | undefined;
  for (const { level, open, blame } of idByNamer.keys())
    if (open < MAX_OPEN_OF_NAMER && isBelieved(blame)) least = Math.min(level, least ?? level);
  return least === undefined || least === 0 ? least : least + 1;
}

function byRank(a: Ranked, b: Ranked): number {
  return a.level - b.level || byDistance(a, b);
}

function byDistance(a: { readonly distance: Buffer }, b: { readonly distance: Buffer }): number {
  return Buffer.compare(a.distance, b.distance);
}

function endpointOf({ address, port }: Endpoint): Endpoint {
  return { address, port };
}
