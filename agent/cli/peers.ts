import type { PeerStatus } from "../admin/contract.ts";
import { detailLines } from "./peer-show.ts";
import { pathText } from "./path-text.ts";
import type { Define } from "./define.ts";
import { openSession } from "./session.ts";
import type { Style } from "./style.ts";
import { table, type Column } from "./table.ts";
import { formatAge, formatBytes, formatRtt, formatShare } from "./units.ts";

export const define: Define = (command, cli) => {
  command.action(async () => {
    const session = openSession(command, cli);
    const peers = await session.agent.peers();
    session.print(peers, () => peerLines(peers, cli.clock.wallNow(), session.style));
  });

  const show = command.command("show").description("the paths to a member: how good they are and were");
  show.argument("<name>", "a member").action(async (name: string) => {
    const session = openSession(show, cli);
    const peer = await session.agent.peerShow({ name });
    session.print(peer, () => detailLines(peer, cli.clock.wallNow(), session.style));
  });
};

const COLUMNS: readonly Column[] = [
  { title: "NAME" },
  { title: "ADDRESS" },
  { title: "PATH" },
  { title: "RTT", right: true },
  { title: "LOSS", right: true },
  { title: "SINCE", right: true },
  { title: "HANDSHAKE", right: true },
  { title: "RECEIVED", right: true },
  { title: "SENT", right: true },
];

function peerLines(peers: readonly PeerStatus[], nowMs: number, style: Style): string[] {
  if (peers.length === 0) return ["no other members yet; invite one with: hopwire invite NAME"];
  const rows = peers.map((peer) => [
    style.bold(peer.name),
    peer.address4,
    pathText(peer.path, style),
    formatRtt(peer.path.rttMs),
    formatShare(peer.path.loss),
    formatAge(peer.path.sinceMs === null ? null : (nowMs - peer.path.sinceMs) / 1000),
    formatAge(peer.handshakeAgeSec),
    formatBytes(peer.rxBytes),
    formatBytes(peer.txBytes),
  ]);
  return [...table(COLUMNS, rows, style.dim), ...reasonLines(peers)];
}

/** "relayed bob, carol: both NATs ...", once for each reason. */
function reasonLines(peers: readonly PeerStatus[]): string[] {
  const reasons = new Set(peers.flatMap(({ path }) => path.reason ?? []));
  const lines = [...reasons].map((reason) => {
    const names = peers.filter(({ path }) => path.reason === reason).map(({ name }) => name);
    return `relayed ${names.join(", ")}: ${reason}`;
  });
  return lines.length === 0 ? [] : ["", ...lines];
}
