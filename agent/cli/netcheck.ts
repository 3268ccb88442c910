import type { NetcheckReport } from "../admin/contract.ts";
import type { Define } from "./define.ts";
import { familyLines } from "./netcheck-text.ts";
import { openSession } from "./session.ts";
import type { Style } from "./style.ts";
import { facts, table } from "./table.ts";
import { formatRtt, UNKNOWN } from "./units.ts";

export const define: Define = (command, cli) => {
  command.action(async () => {
    const session = openSession(command, cli);
    const report = await session.agent.netcheck();
    session.print(report, () => reportLines(report, session.style));
  });
};

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
