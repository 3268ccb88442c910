import type { PathFigures, PeerDetail, ProbeSample } from "../admin/contract.ts";
import { pathText } from "./path-text.ts";
import { sparkline } from "./sparkline.ts";
import type { Style } from "./style.ts";
import { facts, table } from "./table.ts";
import { formatAge, formatBytes, formatRtt, formatShare, UNKNOWN } from "./units.ts";

/** A loss of one probe in five fills the line; less than that shows as less. */
const FULL_LOSS = 0.2;

/** Of one peer: path, figures of both ways, a line for each of the last quarter of an hour, and what has changed. */
export function detailLines(peer: PeerDetail, nowMs: number, style: Style): string[] {
  const { path, direct, relayed, changes } = peer;
  const why = changes.at(-1)?.why;
  const lines = facts(
    [
      ["name", style.bold(peer.name)],
      ["id", peer.id],
      ["address", `${peer.address4}, ${peer.address6}`],
      ["path", pathText(path, style)],
      ["endpoint", path.endpoint ?? UNKNOWN],
      ["since", path.sinceMs === null ? UNKNOWN : `${formatAge((nowMs - path.sinceMs) / 1000)} ago`],
      ["because", why ?? UNKNOWN],
      ["handshake", peer.handshakeAgeSec === null ? UNKNOWN : `${formatAge(peer.handshakeAgeSec)} ago`],
      ["received", formatBytes(peer.rxBytes)],
      ["sent", formatBytes(peer.txBytes)],
    ],
    style.dim,
  );
  const ways = table(
    [
      { title: "WAY" },
      { title: "BY" },
      { title: "RTT", right: true },
      { title: "JITTER", right: true },
      { title: "LOSS", right: true },
      { title: "PROBES", right: true },
    ],
    [
      ["direct", direct.endpoint ?? UNKNOWN, ...figureCells(direct)],
      ["relayed", relayed.relay ?? UNKNOWN, ...figureCells(relayed)],
    ],
    style.dim,
  );
  return [...lines, "", ...ways, ...sparkLines(peer, nowMs, style), ...changeLines(peer, nowMs, style)];
}

function figureCells({ rttMs, jitterMs, loss, probes }: PathFigures): readonly string[] {
  return [formatRtt(rttMs), formatRtt(jitterMs), formatShare(loss), String(probes)];
}

function sparkLines({ samples }: PeerDetail, nowMs: number, style: Style): readonly string[] {
  const [first] = samples;
  if (first === undefined) return [];
  const row = (title: string, of: (sample: (typeof samples)[number]) => ProbeSample | null): string[][] => {
    const found = samples.map(of);
    if (found.every((sample) => sample === null)) return [];
    const rtts = found.map((sample) => sample?.rttMs ?? null);
    const losses = found.map((sample) => sample && sample.lost / sample.probes);
    const known = rtts.filter((rttMs) => rttMs !== null);
    return [
      [`${title} rtt`, sparkline(rtts, 0, 1), formatRange(known, formatRtt)],
      [
        `${title} loss`,
        sparkline(losses, 0, FULL_LOSS),
        formatRange(
          losses.filter((loss) => loss !== null),
          formatShare,
        ),
      ],
    ];
  };
  const rows = [...row("direct", ({ direct }) => direct), ...row("to the relay", ({ leg }) => leg)];
  const titles = [{ title: `LAST ${formatAge((nowMs - first.atMs) / 1000)}` }, { title: "" }, { title: "" }];
  return ["", ...table(titles, rows, style.dim)];
}

function formatRange(values: readonly number[], format: (value: number) => string): string {
  return values.length === 0 ? UNKNOWN : `${format(Math.min(...values))} to ${format(Math.max(...values))}`;
}

function changeLines({ changes }: PeerDetail, nowMs: number, style: Style): readonly string[] {
  if (changes.length === 0) return [];
  const rows = changes
    .toReversed()
    .map(({ atMs, from, to, why }) => [`${formatAge((nowMs - atMs) / 1000)} ago`, from, to, why]);
  const titles = ["CHANGED", "FROM", "TO", "BECAUSE"].map((title) => ({ title }));
  return ["", ...table(titles, rows, style.dim)];
}
