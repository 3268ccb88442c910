import type { NetcheckLifetime, NetcheckReport } from "../admin/contract.ts";
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
        ["local addresses", localAddresses.join("  ") || UNKNOWN],
      ],
      style.dim,
    ),
    ...families.flatMap((found) => ["", ...familyLines(found, style)]),
    ...(rows.length === 0 ? [] : ["", ...table(columns, rows, style.dim)]),
    ...warnings.map((text) => `${style.caution("warning")}  ${text}`),
  ];
}
