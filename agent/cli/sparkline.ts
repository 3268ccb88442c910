const BLOCKS = "▁▂▃▄▅▆▇█";

/**
 * One character for each value, of eight heights from `floor` to the largest, or to `ceiling` where that is more. A blank where there is none, and
 * the lowest block for what is no more than the floor.
 */
export function sparkline(values: readonly (number | null)[], floor: number, ceiling: number): string {
  const top = Math.max(ceiling, ...values.map((value) => value ?? -Infinity));
  return values
    .map((value) => {
      if (value === null) return " ";
      const share = top > floor ? (value - floor) / (top - floor) : 0;
      return BLOCKS[Math.min(BLOCKS.length - 1, Math.max(0, Math.floor(share * BLOCKS.length)))] ?? "";
    })
    .join("");
}
