import type {
  MappingProtocol,
  NetcheckLifetime,
  NetcheckPortMapping,
  NetcheckReport,
} from "../admin/contract.ts";
import type { Define } from "./define.ts";
import { familyLines } from "./netcheck-text.ts";
import { openSession } from "./session.ts";
import type { Style } from "./style.ts";
import { facts, table } from "./table.ts";
import { formatRtt, UNKNOWN } from "./units.ts";

export const define: Define = (command, cli) => {
  command
    .option("--lifetime", "how long the NAT keeps a mapping that nothing passes; takes up to 5 minutes")
    .action(async ({ lifetime }: { readonly lifetime?: boolean }) => {
      const session = openSession(command, cli);
      if (lifetime !== true) {
        const report = await session.agent.netcheck();
        session.print(report, () => reportLines(report, session.style));
        return;
      }
      const found = await session.agent.netcheckLifetime(({ aliveSec }) => {
        if (!session.json) cli.out(`after ${aliveSec} s of silence an answer still comes in\n`);
      }, cli.interrupted);
      session.print(found, () => [session.style.bold(lifetimeText(found))]);
    });
};

function lifetimeText({ server, atLeastSec, belowSec }: NetcheckLifetime): string {
  const span = belowSec === null ? `more than ${atLeastSec} s` : `${atLeastSec} to ${belowSec} s`;
  return `a mapping that nothing passes is kept for ${span}, as seen by ${server}`;
}

const PROTOCOL_NAME: Readonly<Record<MappingProtocol, string>> = {
  pcp: "PCP",
  "nat-pmp": "NAT-PMP",
  "upnp-igd": "UPnP",
};

/** Why a mapping is not announced. */
const UNVERIFIED: Readonly<Record<string, string>> = {
  "being-asked": "a volunteer is being asked to reach it",
  "no-volunteer": "no volunteer is connected that could reach it from outside",
  "another-nat": "another NAT is in front of the router",
  "not-reached": "a volunteer could not reach it",
  "request.unknown": "the connected volunteers are of an older version",
};

function portMappingText(found: NetcheckPortMapping | null): string {
  if (found === null) return "off";
  const spoken = found.protocols.filter((each) => each.found).map(({ protocol }) => PROTOCOL_NAME[protocol]);
  const router = spoken.length === 0 ? "the router offers none" : `the router speaks ${spoken.join(", ")}`;
  if (found.mapping === null) {
    return found.gateway === null ? "none: no router with a private address in front" : `none: ${router}`;
  }
  const { protocol, endpoint } = found.mapping;
  const state =
    found.verifiedBy === null
      ? `not announced: ${UNVERIFIED[found.unverified ?? ""] ?? found.unverified ?? UNKNOWN}`
      : `reached from outside by ${found.verifiedBy}`;
  return `${endpoint} by ${PROTOCOL_NAME[protocol]}, ${state}; ${router}`;
}

function reportLines(report: NetcheckReport, style: Style): string[] {
  const { families, servers, peers, localAddresses, warnings } = report;
  const rows = servers.map(({ server, name, mapped, rttMs }) => [
    server,
    name ?? UNKNOWN,
    mapped ?? style.bad("no answer"),
    formatRtt(rttMs),
  ]);
  const columns = [
    { title: "SERVER" },
    { title: "MEMBER" },
    { title: "MAPPED" },
    { title: "RTT", right: true },
  ];
  const relayed = peers.filter(({ expected }) => expected === "relayed").map(({ name }) => name);
  return [
    ...facts(
      [
        ...families
          .filter(({ addresses }) => addresses.length > 0)
          .map(({ family, expectation }) => [family === "ipv4" ? "IPv4" : "IPv6", expectation] as const),
        ...(relayed.length === 0 ? [] : [["relayed with", relayed.join("  ")] as const]),
        ["port mapping", portMappingText(report.portMapping)],
        ["local addresses", localAddresses.join("  ") || UNKNOWN],
      ],
      style.dim,
    ),
    ...families.flatMap((found) => ["", ...familyLines(found, style)]),
    ...(rows.length === 0 ? [] : ["", ...table(columns, rows, style.dim)]),
    ...warnings.map((text) => `${style.caution("warning")}  ${text}`),
  ];
}
