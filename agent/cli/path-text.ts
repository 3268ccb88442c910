import type { AvoidedPath, PeerPath } from "../admin/contract.ts";
import type { Style } from "./style.ts";
import { formatRtt, formatShare } from "./units.ts";

/** What a ping's reply has of a path, and more where it is known. */
type ShownPath = Pick<PeerPath, "type" | "endpoint" | "relay"> & Partial<Pick<PeerPath, "avoided">>;

/** "direct 192.0.2.1:51820", "relayed via carol", "relayed via carol: direct loses 21 %", "none". */
export function pathText({ avoided, ...path }: ShownPath, style: Style): string {
  const why = avoided === undefined || avoided === null ? "" : `: ${avoidedText(avoided)}`;
  return style.pathMark(path.type) + words(path) + why;
}

function avoidedText({ worseBy, rttMs, loss }: AvoidedPath): string {
  switch (worseBy) {
    case "loss":
      return `direct loses ${formatShare(loss)}`;
    case "rtt":
      return `direct takes ${formatRtt(rttMs)}`;
  }
}

function words({ type, endpoint, relay }: Pick<PeerPath, "type" | "endpoint" | "relay">): string {
  switch (type) {
    case "direct":
      return endpoint === null ? "direct" : `direct ${endpoint}`;
    case "relayed":
      return relay === null ? "relayed" : `relayed via ${relay}`;
    case "none":
      return "none";
  }
}
