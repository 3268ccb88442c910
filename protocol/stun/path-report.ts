import { decoded, refused, type Decoded } from "../decoded.ts";
import type { AttributeCodec } from "./attribute.ts";

/** Round trips that were asked for, and how many of them brought no answer. At most 255. */
export type ProbeCount = { readonly probes: number; readonly lost: number };

/** What probes of one way have shown. */
export type Figures = {
  readonly recent: ProbeCount;
  /** Those of `recent` and older ones. */
  readonly all: ProbeCount;
  /** Median. */
  readonly rttMs: number | undefined;
  /** Mean difference of one round trip from the next. */
  readonly jitterMs: number | undefined;
};

/** By what one path is worse than another. */
export type WorseBy = "loss" | "rtt";

/** What one end of a pair measures; the way through the relay is the sum of both ends' ways to it. */
export type PathReport = {
  /** From this end to the relay. */
  readonly leg: Figures;
  /** From this end to the other, on the path that the message itself takes. */
  readonly direct: Figures;
  /** The sender has left that path for the relay. */
  readonly avoids: WorseBy | undefined;
  /** The sender compares the two now, and wants the other end's leg measured as often as its own. */
  readonly measuring: boolean;
};

const AVOIDS: readonly (WorseBy | undefined)[] = [undefined, "loss", "rtt"];
const AVOIDS_BITS = 0x3;
const MEASURING_BIT = 0x4;
const FIGURES_BYTES = 8;
const REPORT_BYTES = 2 + 2 * FIGURES_BYTES;

/** Two bytes reach to 16 s, with less than the error of any clock that is read in JavaScript. */
const TICKS_PER_MS = 4;
const UNKNOWN = 0xffff;

/**
 * Ours, of the range that may be passed over (RFC 8489, section 18.3): one byte of flags, one that is zero, and eight for each of the two
 * figures: counts (recent probes and losses, all probes and losses), then median and jitter in quarters of a millisecond.
 */
export const pathReport: AttributeCodec<PathReport> = {
  type: 0xff01,
  encode({ leg, direct, avoids, measuring }) {
    const value = new Uint8Array(REPORT_BYTES);
    value[0] = AVOIDS.indexOf(avoids) | (measuring ? MEASURING_BIT : 0);
    writeFigures(value, 2, leg);
    writeFigures(value, 2 + FIGURES_BYTES, direct);
    return value;
  },
  decode(value) {
    if (value.length !== REPORT_BYTES) return refused("path-report-length");
    const flags = value[0] ?? 0;
    if ((flags & AVOIDS_BITS) >= AVOIDS.length) return refused("path-report-flags");
    const leg = readFigures(value, 2);
    const direct = readFigures(value, 2 + FIGURES_BYTES);
    if (!leg.ok) return leg;
    if (!direct.ok) return direct;
    return decoded({
      leg: leg.value,
      direct: direct.value,
      avoids: AVOIDS[flags & AVOIDS_BITS],
      measuring: (flags & MEASURING_BIT) !== 0,
    });
  },
};

function writeFigures(bytes: Uint8Array, offset: number, { recent, all, rttMs, jitterMs }: Figures): void {
  bytes.set([recent.probes, recent.lost, all.probes, all.lost], offset);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint16(offset + 4, ticksOf(rttMs));
  view.setUint16(offset + 6, ticksOf(jitterMs));
}

function readFigures(bytes: Uint8Array, offset: number): Decoded<Figures> {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FIGURES_BYTES);
  const recent = { probes: view.getUint8(0), lost: view.getUint8(1) };
  const all = { probes: view.getUint8(2), lost: view.getUint8(3) };
  if (recent.lost > recent.probes || all.lost > all.probes) return refused("path-report-counts");
  return decoded({ recent, all, rttMs: msOf(view.getUint16(4)), jitterMs: msOf(view.getUint16(6)) });
}

function ticksOf(ms: number | undefined): number {
  return ms === undefined ? UNKNOWN : Math.min(UNKNOWN - 1, Math.max(0, Math.round(ms * TICKS_PER_MS)));
}

function msOf(ticks: number): number | undefined {
  return ticks === UNKNOWN ? undefined : ticks / TICKS_PER_MS;
}
