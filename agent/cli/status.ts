import type { WallMs } from "../../protocol/time.ts";
import type { DhtStatus, Status } from "../admin/contract.ts";
import type { Define } from "./define.ts";
import { openSession } from "./session.ts";
import type { Style } from "./style.ts";
import { facts } from "./table.ts";
import { formatAge } from "./units.ts";

export const define: Define = (command, cli) => {
  command.action(async () => {
    const session = openSession(command, cli);
    const status = await session.agent.status();
    session.print(status, () => statusLines(status, session.style, cli.clock.wallNow()));
  });
};

function statusLines(status: Status, style: Style, now: WallMs): string[] {
  const { member, peers } = status;
  const rows: [string, string][] = [
    ["network", status.network ?? "none yet: hopwire init, or hopwire join TOKEN"],
  ];
  if (member !== null) {
    rows.push(["member", `${style.bold(member.name)} ${style.dim(member.id)}`]);
    rows.push(["addresses", `${member.address4}  ${member.address6}`]);
  }
  rows.push(["interface", interfaceText(status)]);
  if (member !== null) {
    rows.push(["relay", status.relay.volunteering ? "volunteering" : "not volunteering"]);
    if (status.dht !== null) rows.push(["dht", dhtText(status.dht, now)]);
    rows.push(["peers", `${peers.total}: ${peersText(peers, style)}`]);
  }
  rows.push(["version", status.version]);
  return [
    ...facts(rows, style.dim),
    ...status.warnings.map((text) => `${style.caution("warning")}  ${text}`),
  ];
}

function interfaceText({ interface: { name, backend, listenPort } }: Status): string {
  return backend === null ? `${name}, not up` : `${name} by ${backend}, UDP port ${listenPort}`;
}

function dhtText({ nodes, published, full, lookedAt, found }: DhtStatus, now: WallMs): string {
  const ago = (at: number): string => `${formatAge((now - at) / 1_000)} ago`;
  return [
    nodes === null ? "not asked yet" : `${nodes} nodes`,
    ...(full ? ["others are in all places"] : []),
    ...(published === null ? [] : [`published on ${published.nodes} nodes ${ago(published.publishedAt)}`]),
    ...(lookedAt === null ? [] : [`looked ${ago(lookedAt)}`]),
    ...(found === null ? [] : [`found ${found.name} ${ago(found.foundAt)}`]),
  ].join(", ");
}

function peersText(peers: Status["peers"], style: Style): string {
  return [
    style.good(`${peers.direct} direct`),
    style.caution(`${peers.relayed} relayed`),
    peers.none === 0 ? "0 without a path" : style.bad(`${peers.none} without a path`),
  ].join(", ");
}
