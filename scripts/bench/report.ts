export type Row = {
  readonly what: string;
  readonly unit: string;
  readonly samples: readonly number[];
  /** At most this, for the figure that `judge` picks. */
  readonly goal: number | undefined;
  readonly judge: "median" | "max";
};

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((x, y) => x - y);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

export function isReached({ samples, goal, judge }: Row): boolean {
  if (goal === undefined) return true;
  return (judge === "median" ? median(samples) : Math.max(...samples)) <= goal;
}

export function table(rows: readonly Row[]): string {
  const cells = [
    ["what", "unit", "runs", "min", "median", "max", "goal", ""],
    ...rows.map((row) => [
      row.what,
      row.unit,
      String(row.samples.length),
      figure(Math.min(...row.samples)),
      figure(median(row.samples)),
      figure(Math.max(...row.samples)),
      row.goal === undefined ? "" : `${row.judge} <= ${row.goal}`,
      row.goal === undefined ? "" : isReached(row) ? "reached" : "MISSED",
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((line) => (line[column] ?? "").length)),
  );
  return cells
    .map((line) =>
      line
        .map((cell, i) => (i >= 2 && i <= 5 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join("  "),
    )
    .map((line) => line.trimEnd())
    .join("\n");
}

export function json(rows: readonly Row[], machine: Readonly<Record<string, unknown>>): string {
  const figures = rows.map((row) => ({
    what: row.what,
    unit: row.unit,
    goal: row.goal ?? null,
    judge: row.judge,
    reached: isReached(row),
    median: median(row.samples),
    samples: row.samples,
  }));
  return JSON.stringify({ machine, figures }, undefined, 2);
}

function figure(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
