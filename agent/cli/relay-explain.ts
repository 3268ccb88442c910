import type { ExplainedRelay, RelayExplanation } from "../admin/contract.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { formatRtt, UNKNOWN } from "./units.ts";

/** A row for each volunteer: what is known of it, and in brackets what that is worth; the score is the product. */
export function explanationLines({ peer, relays }: RelayExplanation, style: Style): string[] {
  if (relays.length === 0) return [`no other member volunteers to relay to ${peer}`];
  const rows = relays.map((relay) => [
    relay.place === null ? UNKNOWN : String(relay.place),
    style.bold(relay.name),
    worth(relay.score),
    REASONS[relay.reason] ?? relay.reason,
    relay.role === null ? "" : style.good(relay.role === "carries" ? "carries" : "stands by"),
    `${formatRtt(relay.ownRttMs)} + ${formatRtt(relay.peerRttMs)} ${partOf(relay, "latency", style)}`,
    `${relay.loss === null ? UNKNOWN : percent(relay.loss)} ${partOf(relay, "loss", style)}`,
    `${relay.health} ${partOf(relay, "health", style)}`,
    `${percent(relay.load)} of ${relay.capacity} ${partOf(relay, "load", style)}`,
    `${capability(relay)} ${partOf(relay, "capability", style)}`,
    `${relay.region || UNKNOWN} ${partOf(relay, "region", style)}`,
    `${relay.experience} ${partOf(relay, "experience", style)}`,
  ]);
  const columns = [
    { title: "#", right: true },
    { title: "RELAY" },
    { title: "SCORE", right: true },
    { title: "WHY" },
    { title: "NOW" },
    { title: `RTT HERE + ${peer.toUpperCase()}` },
    { title: "LOSS" },
    { title: "HEALTH" },
    { title: "LOAD" },
    { title: "GIVES" },
    { title: "REGION" },
    { title: "TRIED WITH" },
  ];
  return table(columns, rows, style.dim);
}

const REASONS: Readonly<Record<string, string>> = {
  pinned: "pinned",
  spread: "as good as the best, this pair's turn",
  "less-loaded": "as good as the best, less loaded",
  score: "by score",
  banned: "banned",
  draining: "about to stop",
  closed: "out of hours, or its month is used up",
  "not-allowed": "serves others only",
  unreachable: "no way there",
};

function partOf({ parts }: ExplainedRelay, name: string, style: Style): string {
  return style.dim(`(${worth(parts[name] ?? 1)})`);
}

function worth(share: number): string {
  return share.toFixed(2);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function capability({ bandwidthBps, forwarder }: ExplainedRelay): string {
  const limit = bandwidthBps === 0 ? "no limit" : `${bandwidthBps / 1e6} Mbit/s`;
  return `${limit}, ${forwarder ?? UNKNOWN}`;
}
