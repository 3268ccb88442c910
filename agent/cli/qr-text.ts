import { encodeQR } from "qr";

/** ISO/IEC 18004, section 9.1: less, and some readers do not find the code. In modules. */
const QUIET_ZONE = 4;

/** ECMA-48: black on bright white, whatever the terminal's colours are, and back. */
const BLACK_ON_WHITE = "\x1b[30;107m";
const RESET = "\x1b[0m";

/**
 * A QR code in half blocks, two modules to a character, so that modules are square. With the least error correction: a screen
 * has no stains, and every module less helps on a small one. Without `coloured` what is light is drawn, as it has to
 * be on a terminal with light text on a dark ground.
 */
export function qrLines(text: string, coloured: boolean): readonly string[] {
  const modules = encodeQR(text, "raw", { ecc: "low", border: QUIET_ZONE });
  const isDrawn = (row: number, column: number): boolean =>
    (modules[row]?.[column] ?? !coloured) === coloured;
  const lines: string[] = [];
  for (let row = 0; row < modules.length; row += 2) {
    const line = Array.from(modules[row] ?? [], (_, column) => {
      const [upper, lower] = [isDrawn(row, column), isDrawn(row + 1, column)];
      return upper ? (lower ? "█" : "▀") : lower ? "▄" : " ";
    }).join("");
    lines.push(coloured ? `${BLACK_ON_WHITE}${line}${RESET}` : line);
  }
  return lines;
}
