import type { PeerPath } from "../admin/contract.ts";
import type { Style } from "./style.ts";

/** "direct 192.0.2.1:51820", "relayed via carol", "none". */
export function pathText(path: Pick<PeerPath, "type" | "endpoint" | "relay">, style: Style): string {
  return style.pathMark(path.type) + words(path);
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
