import type { Figures } from "../../protocol/stun/path-report.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type {
  PathChange,
  PathFigures,
  PathSample,
  PeerDetail,
  PeerStatus,
  ProbeSample,
} from "../admin/contract.ts";
import { shareOf } from "../path/comparison.ts";
import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { shownType, type PathInfo } from "./mesh-peer.ts";
import type { SlotFigures } from "./path-history.ts";
import type { Network } from "./network.ts";

/** One peer with all that is measured of the paths to it. */
export function peerDetail(network: Network, id: MemberId, status: PeerStatus): PeerDetail {
  const found = network.connector.pathOf(id);
  const path = found?.path;
  const relay = path?.leg === undefined ? undefined : network.roster.members.get(path.leg.relay);
  const endpoint = found && directEndpoint(found);
  return {
    ...status,
    direct: {
      endpoint: endpoint === undefined ? null : formatEndpoint(endpoint),
      ...figuresOf(endpoint === undefined ? undefined : found?.direct),
    },
    relayed: { relay: relay?.name ?? null, ...figuresOf(found?.relay) },
    changes: (found?.history.changes ?? []).map(({ at, from, to, why }): PathChange => {
      return { atMs: at, from: shownType(from), to: shownType(to), why };
    }),
    samples: (found?.history.slots ?? []).map(({ at, direct: own, relay: leg }): PathSample => {
      return { atMs: at, direct: sampleOf(own), leg: sampleOf(leg) };
    }),
  };
}

function directEndpoint({ path }: PathInfo): Endpoint | undefined {
  switch (path.tag) {
    case "none":
      return undefined;
    case "relayed":
      return path.avoided?.endpoint;
    case "checking":
      return path.target;
    case "direct":
      return path.endpoint;
  }
}

export function figuresOf(figures: Figures | undefined): PathFigures {
  if (figures === undefined || figures.recent.probes === 0)
    return { rttMs: null, jitterMs: null, loss: null, probes: 0 };
  const { recent, rttMs, jitterMs } = figures;
  return {
    rttMs: rounded(rttMs),
    jitterMs: rounded(jitterMs),
    loss: Math.round(shareOf(recent) * 1_000) / 1_000,
    probes: recent.probes,
  };
}

function sampleOf({ probes, lost, rttMs }: SlotFigures): ProbeSample | null {
  return probes === 0 ? null : { probes, lost, rttMs: rounded(rttMs) };
}

/** To a hundredth: clocks tell no more. */
function rounded(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 100) / 100;
}
