import type { LabAgent } from "../../../test/lab/lab-agent.ts";

/** What members say of their paths to each other. Each path has two ends, which choose for themselves. */
export type Ends = {
  readonly count: number;
  readonly direct: number;
  readonly none: number;
  /** Whose peer names another relay: it was moved, and nothing has been sent since that would tell. */
  readonly atOdds: number;
  /** How many each volunteer carries, by its name. */
  readonly carried: ReadonlyMap<string, number>;
  /** For how many each volunteer stands by. */
  readonly spare: ReadonlyMap<string, number>;
};

/** Of all paths between members, or of those with `hub` alone. */
export async function endsOf(
  members: readonly LabAgent[],
  volunteers: readonly LabAgent[],
  hub?: string,
): Promise<Ends> {
  const names = new Set(members.map(({ name }) => name));
  const ends = new Map<string, { readonly type: string; readonly relay: string | null }>();
  for (const { name, api } of members)
    for (const peer of await api.peers())
      if (names.has(peer.name) && (hub === undefined || hub === name || hub === peer.name))
        ends.set(`${name} ${peer.name}`, peer.path);

  const carried = new Map(volunteers.map(({ name }) => [name, 0]));
  const spare = new Map(carried);
  const add = (counts: Map<string, number>, name: string): void =>
    void counts.set(name, (counts.get(name) ?? 0) + 1);
  let [direct, none, atOdds] = [0, 0, 0];
  for (const [key, { type, relay }] of ends) {
    if (type === "direct") direct++;
    if (type === "none") none++;
    if (type !== "relayed" || relay === null) continue;
    add(carried, relay);
    const there = ends.get(key.split(" ").toReversed().join(" "));
    if (there?.type === "relayed" && there.relay !== relay) atOdds++;
  }
  for (const volunteer of volunteers)
    for (const { legs } of (await volunteer.api.relayAllocations()).allocations) {
      const [a = "", b = ""] = legs.map(({ name }) => name);
      for (const key of [`${a} ${b}`, `${b} ${a}`]) {
        const end = ends.get(key);
        if (end?.type === "relayed" && end.relay !== volunteer.name) add(spare, volunteer.name);
      }
    }
  return { count: ends.size, direct, none, atOdds, carried, spare };
}

/** How far each is from an equal share of them all, in percent of that share: 30 for a third more than even, -100 for none. */
export function fromEven(counts: readonly number[]): readonly number[] {
  const even = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.map((count) => (even === 0 ? 0 : (100 * (count - even)) / even));
}
