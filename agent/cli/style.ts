import type { PathType } from "../admin/contract.ts";

/** How text is marked for a person; plain text stays readable without any of it. */
export type Style = {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly caution: (text: string) => string;
  readonly bad: (text: string) => string;
  /** Stands before a path's type. */
  readonly pathMark: (type: PathType) => string;
};

const same = (text: string): string => text;

export const plainStyle: Style = {
  bold: same,
  dim: same,
  good: same,
  caution: same,
  bad: same,
  pathMark: () => "",
};

export function terminalStyle(coloured: boolean): Style {
  // ECMA-48 select graphic rendition: on, then the matching off.
  const sgr = (on: number, off: number) =>
    coloured ? (text: string) => `\x1b[${on}m${text}\x1b[${off}m` : same;
  const good = sgr(32, 39);
  const caution = sgr(33, 39);
  const bad = sgr(31, 39);
  const marks = { direct: good("● "), relayed: caution("◐ "), none: bad("○ ") };
  return { bold: sgr(1, 22), dim: sgr(2, 22), good, caution, bad, pathMark: (type) => marks[type] };
}
