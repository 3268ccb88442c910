import type { NetcheckBehaviour, NetcheckEvidence, NetcheckFamily } from "../admin/contract.ts";
import type { Style } from "./style.ts";
import { facts } from "./table.ts";
import { formatAge, UNKNOWN } from "./units.ts";

/** RFC 4787, section 4.1. */
const MAPPING: Readonly<Record<NetcheckBehaviour["mapping"], string>> = {
  open: "open: no NAT in front of this host",
  "endpoint-independent": "endpoint-independent: one outside port, whoever is sent to",
  "address-dependent": "address-dependent: another outside port for each address that is sent to",
  "address-and-port-dependent":
    "address-and-port-dependent: another outside port for each address and port that is sent to",
  unknown: "unknown: it takes two servers that answer, or a volunteer with a second port",
};

/** RFC 4787, section 5. */
const FILTERING: Readonly<Record<NetcheckBehaviour["filtering"], string>> = {
  "endpoint-independent": "endpoint-independent: everybody gets in",
  "address-dependent": "address-dependent: whoever was sent to gets in, from any port",
  "address-and-port-dependent": "address-and-port-dependent: only what was sent to gets in",
  unknown: "unknown: no volunteer answered from another port",
};

const HAIRPIN: Readonly<Record<NetcheckBehaviour["hairpin"], string>> = {
  yes: "yes: hosts behind the NAT reach each other at its outside address",
  no: "no",
  unknown: UNKNOWN,
};

/** What one address family has in front of it, and how that is known. */
export function familyLines(found: NetcheckFamily, style: Style): string[] {
  const { behaviour, addresses, udp, ageMs } = found;
  const title = found.family === "ipv4" ? "IPv4" : "IPv6";
  if (addresses.length === 0) return [style.bold(title), "this host has no address"];
  const rows: readonly (readonly [string, string])[] = [
    ["UDP", udp === null ? "no server to ask" : udp ? "reachable" : style.bad("no server answered")],
    ...(ageMs === null
      ? []
      : ([
          ["mapping", MAPPING[behaviour.mapping]],
          ["filtering", FILTERING[behaviour.filtering]],
          ["ports", portsText(behaviour)],
          ["hairpin", HAIRPIN[behaviour.hairpin]],
          ["seen", `${formatAge(ageMs / 1000)} ago`],
        ] as const)),
  ];
  return [
    style.bold(title),
    ...facts(rows, style.dim),
    ...found.evidence.map((seen) => style.dim(`  ${evidenceText(seen)}`)),
  ];
}

function portsText({ ports, portStep }: NetcheckBehaviour): string {
  switch (ports) {
    case "preserving":
      return "preserving: outside as inside";
    case "delta-preserving":
      return `delta-preserving: outside ${signed(portStep)} from inside`;
    case "sequential":
      return `sequential: each ${signed(portStep)} from the last`;
    case "random":
      return "random";
    case "unknown":
      return UNKNOWN;
  }
}

function signed(step: number): string {
  return step < 0 ? String(step) : `+${step}`;
}

function evidenceText({ test, server, localPort, to, answeredFrom, mapped }: NetcheckEvidence): string {
  const seen = mapped === null ? "no answer" : `seen as ${mapped}`;
  switch (test) {
    case "mapped":
      return `${server} ${to}: ${seen}`;
    case "second-port":
      return `${server}, second port, ${to}: ${seen}`;
    case "second-address":
      return `${server}, second address, ${to}: ${seen}`;
    case "answer-from-port":
      return `${server} was to answer from another port: ${came(answeredFrom)}`;
    case "answer-from-address":
      return `${server} was to answer port ${localPort} from another address: ${came(answeredFrom)}`;
    case "hairpin":
      return `to itself by ${to}: ${answeredFrom === null ? "did not come back" : `came back as ${answeredFrom}`}`;
    case "fresh-mapping":
      return `port ${localPort} to ${server}: ${seen}`;
  }
}

function came(from: string | null): string {
  return from === null ? "nothing came in" : `it came in from ${from}`;
}
