import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import {
  canonicalIPv6,
  familyOf,
  isIPv4,
  type AddressFamily,
  type Endpoint,
} from "../../../protocol/endpoint.ts";
import type { KernelCount } from "./forwarder.ts";
import { LEG_NAMES, otherLeg, type LegName } from "./leg.ts";
import { deviceChain, emptyTable, FLOW_CAPACITY, limitOver, MARK_OVER } from "./nft-table.ts";

/** One leg as the kernel serves it: where its member is, and how packets to it leave. */
export type FlowEnd = {
  readonly remote: Endpoint;
  /** Ours that the member sends to, and that its packets come from. */
  readonly local: string;
  /** The next hop's address; the remote's own on a shared link. */
  readonly hop: string;
  readonly device: string;
  readonly ifIndex: number;
};

/** An allocation whose data packets nftables carries. Both ends are of one address family. */
export type Flow = {
  readonly index: number;
  readonly port: number;
  readonly ends: Readonly<Record<LegName, FlowEnd>>;
};

/** Counts an allocation's packets and holds it to its rate, for as long as it is open: counters outlive roaming. */
export type Meter = {
  readonly index: number;
  readonly family: AddressFamily;
  /** Undefined: unlimited. */
  readonly bytesPerSec: number | undefined;
};

export type FlowChange = { readonly before: Flow | undefined; readonly after: Flow | undefined };

export type TableChange = {
  /** Interfaces that packets may come in by and that have no chain yet. */
  readonly chains: readonly { readonly name: string; readonly device: string }[];
  readonly meters: { readonly added: readonly Meter[]; readonly removed: readonly Meter[] };
  readonly flows: readonly FlowChange[];
};

/** Dead-man switch: what no agent refreshes any more goes back to whoever has the socket. As long as a WireGuard session lives. */
export const FLOW_TIMEOUT_SEC = 180;

const TIMEOUT = `timeout ${FLOW_TIMEOUT_SEC}s`;
/** The same for an element that is there already. */
const FRESH = `${TIMEOUT} expires ${FLOW_TIMEOUT_SEC}s`;

/** One injective name per owner: what nft's identifiers lack, and "_", becomes its code. */
export function relayTableName(owner: string): string {
  if (!/^[\x21-\x7e]{1,32}$/.test(owner)) throw new RangeError("not a name for a table's owner");
  const encoded = owner.replace(/[^A-Za-z0-9]/g, (char) => `_${char.charCodeAt(0).toString(16)}`);
  return `hopwire_relay_${encoded}`;
}

/** One batch for `nft -f -`: replaces the table atomically, whether it was there or not. `bytesPerSec`: of all flows together. */
export function loadScript(table: string, change: TableChange, bytesPerSec?: number): string {
  return `${removeScript(table)}${emptyTable(table, bytesPerSec)}${changeScript(table, change)}`;
}

/** Succeeds also where the table is missing: nft 1.0.6 cannot `destroy`. */
export function removeScript(table: string): string {
  return `add table netdev ${table}\ndelete table netdev ${table}\n`;
}

/** Fails as a whole where the table is not as `change` says. Empty where nothing changes. */
export function changeScript(table: string, { chains, meters, flows }: TableChange): string {
  const batch = new Batch(table);
  for (const { before, after } of flows) {
    const old = before === undefined ? new Map<string, Element>() : elementsOf(before);
    const renewed = after === undefined ? new Map<string, Element>() : elementsOf(after);
    for (const [id, element] of old) if (!isSame(element, renewed.get(id))) batch.remove(element);
    for (const [id, element] of renewed) if (!isSame(element, old.get(id))) batch.add(element);
  }
  for (const meter of meters.removed) {
    for (const element of [...metersOf(meter), ...overCountersOf(meter)]) batch.remove(element);
  }
  for (const meter of meters.added) metersOf(meter).forEach((element) => batch.add(element));
  return chains.map((chain) => deviceChain(table, chain)).join("") + batch.render();
}

/** What starts a time-out anew: kernels since 6.12 take it from an element that is added again, older ones keep the old one. */
export type Refreshing = "by-adding" | "by-replacing";

/** Starts the time-outs anew. */
export function refreshScript(table: string, flows: readonly Flow[], how: Refreshing): string {
  const batch = new Batch(table);
  for (const element of flows.flatMap(legElementsOf)) {
    if (how === "by-replacing") batch.remove(element);
    batch.add(how === "by-replacing" ? element : { ...element, option: FRESH });
  }
  return batch.render();
}

/** Makes `table`, for `refreshingOf` to look at its set "tried". */
export function tryRefreshingScript(table: string): string {
  const set = `netdev ${table} tried`;
  return `${removeScript(table)}add table netdev ${table}
add set ${set} { type mark; flags timeout; }
add element ${set} { 0x1 timeout ${FLOW_TIMEOUT_SEC}s expires 1s }
add element ${set} { 0x1 ${FRESH} }
`;
}

/** From what `nft -j list set` prints of the set "tried". Never throws. */
export function refreshingOf(text: string): Refreshing {
  const [tried] = setElements(text) ?? [];
  const expiresSec = field(field(tried, "elem"), "expires");
  return typeof expiresSec === "number" && expiresSec > 1 ? "by-adding" : "by-replacing";
}

/** The key under which data that came from `leg` is counted; with `over`, what the rate limit took of it. */
export function counterKey(index: number, family: AddressFamily, leg: LegName, over = false): number {
  return markOf(index, family, leg) + (over ? MARK_OVER : 0);
}

/** UDP payload, as userspace counts it. No options: the rules leave IPv6 extension headers to userspace; IPv4 options are a router's exotics. */
export function payloadBytes({ packets, bytes }: KernelCount, family: AddressFamily): number {
  return Math.max(0, bytes - packets * HEADER_BYTES[family]);
}

export function listCountersArgs(table: string): readonly string[] {
  return ["-j", "list", "set", "netdev", table, "acct"];
}

/** What `nft -j list set` prints; by `counterKey`. Never throws. Refused: "not-a-counter-set". */
export function parseCounters(text: string): Decoded<ReadonlyMap<number, KernelCount>> {
  const elements = setElements(text);
  if (elements === undefined) return refused("not-a-counter-set");
  const counters = new Map<number, KernelCount>();
  for (const entry of elements) {
    const key = field(field(entry, "elem"), "val");
    const counter = field(field(entry, "elem"), "counter");
    const [packets, bytes] = [field(counter, "packets"), field(counter, "bytes")];
    if (typeof key !== "number" || typeof packets !== "number" || typeof bytes !== "number") {
      return refused("not-a-counter-set");
    }
    counters.set(key, { packets, bytes });
  }
  return decoded(counters);
}

const HEADER_BYTES = { ipv4: 20 + 8, ipv6: 40 + 8 } as const;

/** Marks are 0x52000000 | index << 3 | over << 2 | family << 1 | leg: unlikely to be anybody else's, and gone once forwarded. */
const MARK_BASE = 0x5200_0000;

function markOf(index: number, family: AddressFamily, leg: LegName): number {
  if (!Number.isInteger(index) || index < 0 || index >= FLOW_CAPACITY)
    throw new RangeError("not a flow's index");
  return MARK_BASE + index * 8 + (family === "ipv6" ? 2 : 0) + (leg === "b" ? 1 : 0);
}

/** A member of a set, or of a map where it has a value. */
type Element = {
  readonly set: string;
  readonly key: string;
  readonly value?: string | undefined;
  /** Between key and value: what the element does or how long it lives. */
  readonly option?: string | undefined;
  readonly mayBeMissing?: boolean;
};

/** Keyed by set and key: what must not be in the table twice. */
function elementsOf(flow: Flow): ReadonlyMap<string, Element> {
  const family = familyOf(flow.ends.a.remote.address);
  const v = family === "ipv4" ? "4" : "6";
  const port = checkedPort(flow.port);
  const elements = LEG_NAMES.flatMap((leg): readonly Element[] => {
    const from = flow.ends[leg];
    const to = flow.ends[otherLeg(leg)];
    const mark = hex(markOf(flow.index, family, leg));
    return [
      { set: `port${v}`, key: `${checked(from.local, family)} . ${port}` },
      { set: `src${v}`, key: mark, value: checked(to.local, family) },
      { set: `dst${v}`, key: mark, value: checked(to.remote.address, family) },
      { set: "dport", key: mark, value: String(checkedPort(to.remote.port)) },
      { set: `hop${v}`, key: mark, value: checked(to.hop, family) },
      { set: "out", key: mark, value: String(checkedIndex(to.ifIndex)) },
    ];
  });
  return new Map(
    [...legElementsOf(flow), ...elements].map((element) => [`${element.set} ${element.key}`, element]),
  );
}

/** By which data is known; they expire. */
function legElementsOf(flow: Flow): readonly Element[] {
  const family = familyOf(flow.ends.a.remote.address);
  return LEG_NAMES.map((leg) => {
    const { remote, local } = flow.ends[leg];
    const source = `${checked(remote.address, family)} . ${checkedPort(remote.port)}`;
    return {
      set: family === "ipv4" ? "leg4" : "leg6",
      key: `${source} . ${checked(local, family)} . ${checkedPort(flow.port)}`,
      value: hex(markOf(flow.index, family, leg)),
      option: TIMEOUT,
      mayBeMissing: true,
    };
  });
}

function isSame(element: Element, other: Element | undefined): boolean {
  return other !== undefined && other.value === element.value;
}

function metersOf({ index, family, bytesPerSec }: Meter): readonly Element[] {
  const counters = LEG_NAMES.map((leg) => ({ set: "acct", key: hex(counterKey(index, family, leg)) }));
  const limit = limitOver(bytesPerSec);
  return limit === undefined
    ? counters
    : [...counters, { set: "rate", key: hex(markOf(index, family, "a")), option: limit }];
}

/** The rules make them with the first packet over the rate: most allocations never have any, and all are read at each poll. */
function overCountersOf({ index, family }: Meter): readonly Element[] {
  return LEG_NAMES.map((leg) => ({
    set: "acct",
    key: hex(counterKey(index, family, leg, true)),
    mayBeMissing: true,
  }));
}

/** Removals, then additions, each with one command per set: that is what makes thousands at once cheap. */
class Batch {
  readonly #table: string;
  readonly #revived = new Map<string, string[]>();
  readonly #removed = new Map<string, string[]>();
  readonly #added = new Map<string, string[]>();

  constructor(table: string) {
    this.#table = table;
  }

  add(element: Element): void {
    put(this.#added, element.set, written(element));
  }

  /** What may be missing is added first: removing it would fail the batch. */
  remove(element: Element): void {
    if (element.mayBeMissing) put(this.#revived, element.set, written(element));
    put(this.#removed, element.set, element.key);
  }

  render(): string {
    return (
      this.#commands("add", this.#revived) +
      this.#commands("delete", this.#removed) +
      this.#commands("add", this.#added)
    );
  }

  #commands(verb: "add" | "delete", elements: ReadonlyMap<string, readonly string[]>): string {
    return [...elements]
      .map(([set, some]) => `${verb} element netdev ${this.#table} ${set} { ${some.join(", ")} }\n`)
      .join("");
  }
}

function written({ key, value, option }: Element): string {
  return [key, option, value === undefined ? undefined : `: ${value}`]
    .filter((part) => part !== undefined)
    .join(" ");
}

function put(lists: Map<string, string[]>, name: string, text: string): void {
  const found = lists.get(name);
  if (found === undefined) lists.set(name, [text]);
  else found.push(text);
}

/** Everything in a script is checked, whoever checked it before: nft would run what else the text says. */
function checked(address: string, family: AddressFamily): string {
  const valid = family === "ipv4" ? isIPv4(address) : canonicalIPv6(address) !== undefined;
  if (!valid) throw new RangeError(`not an ${family} address`);
  return address;
}

function checkedPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new RangeError("not a port");
  return port;
}

function checkedIndex(ifIndex: number): number {
  if (!Number.isInteger(ifIndex) || ifIndex < 1 || ifIndex > 0x7fff_ffff)
    throw new RangeError("not an interface");
  return ifIndex;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Of the set that `nft -j list set` printed; undefined where it printed none. */
function setElements(text: string): readonly unknown[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const set = list(field(json, "nftables"))
    ?.map((entry) => field(entry, "set"))
    .find((entry) => entry !== undefined);
  return set === undefined ? undefined : (list(field(set, "elem")) ?? []);
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
