/** Addresses that one holder is likely to have together: whoever rents one server has the rest of its /24 at hand. IPv4. */
export function networkOf({ address }: { readonly address: string }): string {
  return address.slice(0, address.lastIndexOf("."));
}

/**
 * How far behind the nodes of other networks one is of whose network `before` are there already: 0 for none, 1 for up to 3, 2
 * for up to 15. In steps, and no bound: in a DHT that has one network only all are equally far behind.
 */
export function levelOf(before: number): number {
  return Math.ceil(Math.log2(before + 1) / 2);
}

/** One of each network first, as libtorrent has one only (restrict_search_ips); then what is left. In their order otherwise. */
export function inFairOrder<T extends { readonly address: string }>(
  nodes: readonly T[],
): readonly { readonly node: T; readonly level: number }[] {
  const countByNetwork = new Map<string, number>();
  const ranked = nodes.map((node) => {
    const before = countByNetwork.get(networkOf(node)) ?? 0;
    countByNetwork.set(networkOf(node), before + 1);
    return { node, level: levelOf(before) };
  });
  return ranked.sort((a, b) => a.level - b.level);
}
