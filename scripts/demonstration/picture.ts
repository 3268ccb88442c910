import type { DemoAgent } from "./demo-agent.ts";
import { NAT_KIND, type Stage } from "./stage.ts";

/** Who is where, with the addresses that they have. */
export function topology({ v, a, b, natA, natB }: Stage): readonly string[] {
  const left = (text: string): string => text.padEnd(26);
  return [
    `            v  ${v.host.address4}        volunteers to relay`,
    "            |",
    "  ====== internet ===================",
    "     |                         |",
    `  ${left(`NAT ${natA.name}  ${natA.outside4}`)}NAT ${natB.name}  ${natB.outside4}`,
    "     |                         |",
    `  ${left(`a  ${a.host.address4}`)}b  ${b.host.address4}`,
    "",
    `  Both NATs: ${NAT_KIND.mapping} mapping, ${NAT_KIND.filtering} filtering.`,
  ];
}

/** Commands for whoever looks around in what was kept; they work from the project's folder. */
export function lookAround({ agents, a, natA, natB }: Stage): readonly string[] {
  const { namespace, device } = natA.link.publicLink.far;
  const other = natB.link.publicLink.far.device;
  const both = `'{ "${device}" . "${other}", "${other}" . "${device}" }'`;
  const cut = (verb: "add" | "delete"): string =>
    `  ${namespace.exec.join(" ")} nft ${verb} element inet lab_internet cut ${both}`;
  return [
    ...agents.flatMap((agent) => [
      `on ${agent.name}`,
      `  ${hopwireOn(agent)} peers`,
      `  ${agent.host.exec.join(" ")} wg show ${agent.program.interfaceName}`,
      `  tail -f ${agent.logFile}`,
    ]),
    "from a to b, with the way of each round trip",
    `  ${hopwireOn(a)} ping b`,
    "cut the direct way, and bring it back",
    cut("add"),
    cut("delete"),
    "remove all of it",
    "  scripts/demo --clean",
  ];
}

function hopwireOn({ host, program }: DemoAgent): string {
  const { HOPWIRE_STATE_DIR: state = "", HOPWIRE_RUNTIME_DIR: runtime = "" } = program.environment;
  return `${host.exec.join(" ")} scripts/hopwire --state-dir ${state} --runtime-dir ${runtime}`;
}
