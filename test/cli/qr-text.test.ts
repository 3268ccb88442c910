import { decodeQR } from "qr/decode.js";
import { describe, expect, it } from "vitest";
import { qrLines } from "../../agent/cli/qr-text.ts";
import { encodeInvite } from "../../protocol/invite.ts";
import type { InviteId } from "../../protocol/ids.ts";
import { keyText } from "../../protocol/keys.ts";
import { wallMs } from "../../protocol/time.ts";

/** Black on bright white, and back. */
const [ON, OFF] = ["\x1b[30;107m", "\x1b[0m"] as const;

/** With two volunteers, two addresses of its LAN and what a NAT shows. */
const TOKEN = encodeInvite({
  networkKey: new Uint8Array(32).fill(1),
  issuerWireguardKey: keyText(new Uint8Array(32).fill(2)),
  issuerAddress4: "100.64.0.1",
  controlPort: 51821,
  inviteId: "0f".repeat(16) as InviteId,
  temporaryKey: keyText(new Uint8Array(32).fill(3)),
  temporaryAddress4: "100.64.7.9",
  expiresAt: wallMs(1_767_312_000_000),
  ways: [1, 2, 3, 4, 5].map((n) => ({
    endpoint: { address: `203.0.113.${n}`, port: 40_000 + n },
    relayed: n < 3,
  })),
  memberName: "workstation",
});

/** As a camera sees the terminal: `scale` pixels for each module, light where `isLight` says so. */
function photographed(
  lines: readonly string[],
  drawnIsLight: boolean,
): { width: number; height: number; data: Uint8Array } {
  const scale = 4;
  const halves = lines.flatMap((line) => [
    Array.from(line, (char) => char === "█" || char === "▀"),
    Array.from(line, (char) => char === "█" || char === "▄"),
  ]);
  const width = (halves[0]?.length ?? 0) * scale;
  const height = halves.length * scale;
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isDrawn = halves[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
      data.fill(isDrawn === drawnIsLight ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  return { width, height, data };
}

// R-1201
describe("a token as a QR code", () => {
  it("is read as it was written, with colours and without", () => {
    expect(decodeQR(photographed(qrLines(TOKEN, false), true))).toBe(TOKEN);
    const plain = qrLines(TOKEN, true).map((line) => line.slice(ON.length, -OFF.length));
    expect(decodeQR(photographed(plain, false))).toBe(TOKEN);
  });

  it("fits a terminal of 80 columns and 40 lines", () => {
    const lines = qrLines(TOKEN, false);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.length).toBeLessThanOrEqual(40);
  });

  it("is black on white whatever the terminal's colours are, and leaves them as they were", () => {
    for (const line of qrLines("x", true)) {
      expect([line.startsWith(ON), line.endsWith(OFF)]).toEqual([true, true]);
      expect(line.slice(ON.length, -OFF.length)).toMatch(/^[ █▀▄]+$/);
    }
  });
});
