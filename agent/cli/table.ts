export type Column = { readonly title: string; readonly right?: boolean };

/** Lines of a table under its titles, columns two blanks apart. Widths count what is seen, without colour codes. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  markTitle: (title: string) => string = (title) => title,
): string[] {
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => visibleWidth(row[i] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => {
        const blanks = " ".repeat(Math.max(0, (widths[i] ?? 0) - visibleWidth(cell)));
        return columns[i]?.right ? blanks + cell : cell + blanks;
      })
      .join("  ")
      .trimEnd();
  return [markTitle(line(columns.map(({ title }) => title))), ...rows.map(line)];
}

/** Two columns without titles: what, and its value. */
export function facts(
  rows: readonly (readonly [string, string])[],
  mark: (title: string) => string,
): string[] {
  const width = Math.max(...rows.map(([title]) => title.length));
  return rows.map(([title, value]) => `${mark(title.padEnd(width))}  ${value}`.trimEnd());
}

function visibleWidth(text: string): number {
  // eslint-disable-next-line no-control-regex -- the escape character is what is looked for
  return text.replaceAll(/\x1b\[[0-9;]*m/g, "").length;
}
