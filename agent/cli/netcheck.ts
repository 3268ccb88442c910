import type { MappingBehaviour, NetcheckReport } from "../admin/contract.ts";
import type { Define } from "./define.ts";
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

/** RFC 4787, section 4.1, and what it means for a peer behind another NAT. */
const MEANING: Readonly<Record<MappingBehaviour, string>> = {
  open: "open: no NAT in front of this host",
  "endpoint-independent": "endpoint-independent: direct paths can be punched",
  "endpoint-dependent": "endpoint-dependent: direct only to peers with an easier NAT, else relayed",
  unknown: "unknown: fewer than two servers answered",
};

function reportLines(report: NetcheckReport, style: Style): string[] {
  const rows = report.servers.map(({ server, name, mapped, rttMs }) => [
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
  return [
    ...facts(
      [
        ["mapping", MEANING[report.mapping]],
        ["local addresses", report.localAddresses.join("  ") || UNKNOWN],
      ],
      style.dim,
    ),
    ...(rows.length === 0 ? [] : ["", ...table(columns, rows, style.dim)]),
    ...report.warnings.map((text) => `${style.caution("warning")}  ${text}`),
  ];
}
