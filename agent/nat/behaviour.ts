import { sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { NatBehaviour } from "../../protocol/nat-behaviour.ts";

export type { NatBehaviour, NatByFamily } from "../../protocol/nat-behaviour.ts";

export const UNKNOWN_BEHAVIOUR: NatBehaviour = {
  mapping: "unknown",
  filtering: "unknown",
  ports: "unknown",
  portStep: 0,
  hairpin: "unknown",
};

/**
 * What is asked. From WireGuard's port: a server, the second port of its address, its second address, an answer from
 * another port, a request to the own mapped address. From a socket that has never been used: an answer from the second
 * address, a mapping.
 */
export type BehaviourTest =
  | "mapped"
  | "second-port"
  | "second-address"
  | "answer-from-port"
  | "hairpin"
  | "answer-from-address"
  | "fresh-mapping";

/** One test that was made. */
export type Observation = {
  readonly test: BehaviourTest;
  /** Who was asked, as in `BehaviourServer`. */
  readonly server: string;
  readonly to: Endpoint;
  /** Of the asking socket, as its packets leave this host. */
  readonly localPort: number;
  /** Undefined: nothing came. */
  readonly answer: { readonly from: Endpoint; readonly mapped: Endpoint | undefined } | undefined;
};

/** Own addresses of this host, which a NAT in front of it would replace. */
export type OwnPort = { readonly addresses: readonly string[]; readonly listenPort: number };

/** What the observations of one run and address family say. */
export function behaviourFrom(seen: readonly Observation[], own: OwnPort): NatBehaviour {
  const mapping = mappingFrom(seen, own);
  const hairpin = of(seen, "hairpin")[0];
  return {
    mapping,
    filtering: filteringFrom(seen),
    ...portsFrom(seen, mapping, own),
    hairpin: hairpin === undefined ? "unknown" : hairpin.answer === undefined ? "no" : "yes",
  };
}

/** RFC 5780, section 4.3. Two servers at different addresses do for a second address. */
function mappingFrom(seen: readonly Observation[], { addresses }: OwnPort): NatBehaviour["mapping"] {
  const firsts = mapped(seen, "mapped");
  const [first] = firsts;
  if (first === undefined) return "unknown";
  if (firsts.every(({ as }) => addresses.includes(as.address))) return "open";
  const portDiffers = mapped(seen, "second-port").map(
    ({ to, as }) => !firsts.some((other) => other.to.address === to.address && sameEndpoint(other.as, as)),
  );
  const elsewhere = [...firsts, ...mapped(seen, "second-address")].filter(
    ({ to }) => to.address !== first.to.address,
  );
  if (portDiffers.includes(true)) return "address-and-port-dependent";
  if (elsewhere.some(({ as }) => !sameEndpoint(as, first.as)))
    return portDiffers.includes(false) ? "address-dependent" : "address-and-port-dependent";
  return elsewhere.length + portDiffers.length === 0 ? "unknown" : "endpoint-independent";
}

/** RFC 5780, section 4.4. An answer that did not change its place says nothing. */
function filteringFrom(seen: readonly Observation[]): NatBehaviour["filtering"] {
  const byPort = of(seen, "answer-from-port");
  const byAddress = of(seen, "answer-from-address");
  if (byPort.length === 0) return "unknown";
  if (!byPort.some(({ to, answer }) => answer !== undefined && answer.from.port !== to.port))
    return "address-and-port-dependent";
  return byAddress.some(({ to, answer }) => answer !== undefined && answer.from.address !== to.address)
    ? "endpoint-independent"
    : "address-dependent";
}

/**
 * From one mapping to the next, where the allocation counts. Other hosts behind the NAT take ports in between; that five
 * random ports follow each other as closely has a chance of 10^-13.
 */
const MAX_STEP = 32;

/** Fewer mappings are no pattern. */
const MIN_FRESH = 3;

function portsFrom(
  seen: readonly Observation[],
  mapping: NatBehaviour["mapping"],
  { listenPort }: OwnPort,
): Pick<NatBehaviour, "ports" | "portStep"> {
  const fresh = mapped(seen, "fresh-mapping");
  const all =
    fresh.length > 0 ? fresh : mapped(seen, "mapped").map((each) => ({ ...each, localPort: listenPort }));
  if (all.length > 0 && all.every(({ as, localPort }) => as.port === localPort))
    return { ports: "preserving", portStep: 0 };
  if (fresh.length < MIN_FRESH) return { ports: "unknown", portStep: 0 };
  const offsets = new Set(fresh.map(({ as, localPort }) => as.port - localPort));
  const [offset = 0] = offsets;
  if (offsets.size === 1) return { ports: "delta-preserving", portStep: offset };
  const steps = fresh.slice(1).map(({ as }, i) => as.port - (fresh[i]?.as.port ?? 0));
  const isUp = steps.every((step) => step > 0 && step <= MAX_STEP);
  const isDown = steps.every((step) => step < 0 && step >= -MAX_STEP);
  if (isUp) return { ports: "sequential", portStep: Math.min(...steps) };
  if (isDown) return { ports: "sequential", portStep: Math.max(...steps) };
  return { ports: mapping === "unknown" ? "unknown" : "random", portStep: 0 };
}

function of(seen: readonly Observation[], test: BehaviourTest): readonly Observation[] {
  return seen.filter((each) => each.test === test);
}

/** In the order in which they were seen. */
function mapped(
  seen: readonly Observation[],
  test: BehaviourTest,
): readonly { readonly to: Endpoint; readonly as: Endpoint; readonly localPort: number }[] {
  return of(seen, test).flatMap(({ to, localPort, answer }) =>
    answer?.mapped === undefined ? [] : [{ to, localPort, as: answer.mapped }],
  );
}
