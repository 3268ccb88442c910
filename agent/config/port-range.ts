/** Both ends included. */
export type PortRange = { readonly first: number; readonly last: number };

/** "40000-49999"; undefined for anything else, also for a range that runs backwards. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^([0-9]{1,5})-([0-9]{1,5})$/.exec(text);
  const first = Number(match?.[1] ?? 0);
  const last = Number(match?.[2] ?? 0);
  return first >= 1 && first <= last && last <= 65_535 ? { first, last } : undefined;
}

export function formatPortRange(range: PortRange): string {
  return `${range.first}-${range.last}`;
}
