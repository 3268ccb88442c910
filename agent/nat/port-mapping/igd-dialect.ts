import { isIPv4 } from "../../../protocol/endpoint.ts";
import { decodeDescription, type ConnectionService } from "./device-description.ts";
import {
  ignored,
  isUsableExternal,
  LEASE_SEC,
  refusal,
  UNMAP_TIMEOUT_MS,
  type Ask,
  type Dialect,
  type News,
  type Read,
  type View,
} from "./dialect.ts";
import { gatewayUrl, type GatewayUrl } from "./gateway-url.ts";
import type { Answer, HttpRequest } from "./message.ts";
import { decodeSoap, soapRequest, type SoapAction, type SoapAnswer } from "./soap.ts";
import { decodeSearchAnswer } from "./ssdp.ts";

/** Twice, as UDP may be lost; devices take their time to answer, a second at most. */
const SEARCH: Ask = { message: { kind: "search" }, retransmitMs: [1_000], timeoutMs: 3_000 };

/** Small routers take a second to write a page of XML; UPnP allows thirty. */
const HTTP_TIMEOUT_MS = 5_000;

/** UPnP Forum, WANIPConnection:2, table 2-17 and others. */
const NO_SUCH_ENTRY = 714;
const ONLY_PERMANENT_LEASES = 725;
/** The outside port is another host's, or the router's own; or it must be equal to the inside one, and is taken (718, 724, 729). */
const PORT_IS_TAKEN = [718, 724, 729];

type Question =
  | { readonly of: "search" }
  | { readonly of: "description"; readonly location: GatewayUrl }
  | { readonly of: "address" | "entry" | "delete" }
  | {
      readonly of: "add";
      readonly any: boolean;
      readonly ports: readonly number[];
      readonly leaseSec: number;
    };

type Memory = {
  /** What is being asked. */
  readonly question: Question;
  /** Those that may still have an uplink, best first. */
  readonly services: readonly ConnectionService[];
  /** The gateway's, outside. */
  readonly address: string | undefined;
};

type Next = { readonly memory: Memory; readonly ask: Ask };

/** UPnP Internet Gateway Device: search, description, then orders by SOAP. */
export const igdDialect: Dialect<Memory> = {
  blank: { question: { of: "search" }, services: [], address: undefined },
  begin(view, memory) {
    const [service] = memory.services;
    if (service === undefined || view.purpose === "probe") {
      return { memory: { ...memory, question: { of: "search" } }, ask: SEARCH };
    }
    return view.purpose === "unmap" ? askToDelete(view, memory, service) : askForAddress(memory, service);
  },
  read(view, memory, answer) {
    const { question } = memory;
    switch (question.of) {
      case "search":
        return answer.kind === "search" ? afterSearch(view, memory, answer.bytes) : ignored;
      case "description":
        return answer.kind === "http" ? afterDescription(view, memory, question.location, answer) : ignored;
      case "address":
        return withSoap(memory, answer, (soap) => afterAddress(view, memory, soap));
      case "add":
        return withSoap(memory, answer, (soap) => afterAdd(view, memory, question, soap));
      case "entry":
        return withSoap(memory, answer, (soap) =>
          news(memory, { tag: isKept(view, soap) ? "kept" : "lost" }),
        );
      case "delete":
        // That it was not there is as good.
        return answer.kind === "http" ? news(memory, { tag: "unmapped" }) : ignored;
    }
  },
};

function afterSearch({ target }: View, memory: Memory, bytes: Uint8Array): Read<Memory> {
  const stated = decodeSearchAnswer(bytes);
  const location = stated.ok ? gatewayUrl(stated.value, target.gateway) : stated;
  if (!location.ok) return ignored;
  const question: Question = { of: "description", location: location.value };
  return next({ memory: { ...memory, question }, ask: askHttp({ method: "GET", url: location.value }) });
}

function afterDescription(
  { target }: View,
  memory: Memory,
  location: GatewayUrl,
  { answer }: Extract<Answer, { kind: "http" }>,
): Read<Memory> {
  if (!answer.ok) return refuse(memory, answer.reason);
  if (answer.value.status !== 200) return refuse(memory, `http-${answer.value.status}`);
  const services = decodeDescription(answer.value.body, target.gateway, location);
  return services.ok ? tryService({ ...memory, services: services.value }) : refuse(memory, services.reason);
}

/** The first service that is connected is the one that counts. */
function tryService(memory: Memory): Read<Memory> {
  const [service] = memory.services;
  return service === undefined ? refuse(memory, "no-external-address") : next(askForAddress(memory, service));
}

function afterAddress(view: View, before: Memory, answer: SoapAnswer): Read<Memory> {
  const address = answer.kind === "done" ? (answer.values.get("NewExternalIPAddress") ?? "") : "";
  const isUsable = isIPv4(address) && isUsableExternal({ address, port: view.target.port });
  const memory = { ...before, address: isUsable ? address : undefined };
  const [service] = memory.services;
  if (!isUsable || service === undefined)
    return tryService({ ...memory, services: memory.services.slice(1) });
  switch (view.purpose) {
    case "probe":
      return news(memory, { tag: "present" });
    case "map": {
      const { target, external } = view;
      const ports = new Set([
        ...(external === undefined ? [] : [external.port]),
        target.port,
        ...target.otherPorts,
      ]);
      return next(askToAdd(view, memory, service, { any: false, ports: [...ports], leaseSec: LEASE_SEC }));
    }
    case "look":
      return address === view.external?.address
        ? next(askSoap(memory, service, { of: "entry" }, entry(view, "GetSpecificPortMappingEntry")))
        : news(memory, { tag: "lost" });
    case "unmap":
      return next(askToDelete(view, memory, service));
  }
}

function afterAdd(
  view: View,
  memory: Memory,
  { any, ports, leaseSec }: Extract<Question, { of: "add" }>,
  answer: SoapAnswer,
): Read<Memory> {
  const [service] = memory.services;
  const [port] = ports;
  if (service === undefined || port === undefined || memory.address === undefined) return ignored;
  if (answer.kind === "done") {
    const reserved = Number(answer.values.get("NewReservedPort") ?? port);
    const external = { address: memory.address, port: any ? reserved : port };
    if (!Number.isInteger(external.port) || external.port > 65_535 || !isUsableExternal(external)) {
      return refuse(memory, "malformed-answer");
    }
    // What lasts for ever is renewed all the same: a router that was reset has forgotten it.
    return news(memory, { tag: "mapped", external, lifetimeSec: LEASE_SEC });
  }
  if (answer.code === ONLY_PERMANENT_LEASES && leaseSec > 0) {
    return next(askToAdd(view, memory, service, { any, ports, leaseSec: 0 }));
  }
  const rest = ports.slice(1);
  if (!PORT_IS_TAKEN.includes(answer.code) || any || rest.length === 0) {
    return refuse(memory, `upnp-${answer.code}`);
  }
  return next(
    askToAdd(view, memory, service, { any: service.type === "WANIPConnection:2", ports: rest, leaseSec }),
  );
}

/** A router that does not answer this question, as some do, has not said that the mapping is gone. */
function isKept({ target }: View, answer: SoapAnswer): boolean {
  if (answer.kind === "fault") return answer.code !== NO_SUCH_ENTRY;
  const { values } = answer;
  return (
    values.get("NewInternalClient") === target.own && Number(values.get("NewInternalPort")) === target.port
  );
}

function askForAddress(memory: Memory, service: ConnectionService): Next {
  return askSoap(memory, service, { of: "address" }, { name: "GetExternalIPAddress" });
}

function askToAdd(
  { target }: View,
  memory: Memory,
  service: ConnectionService,
  wanted: Omit<Extract<Question, { of: "add" }>, "of">,
): Next {
  const [externalPort = target.port] = wanted.ports;
  return askSoap(
    memory,
    service,
    { of: "add", ...wanted },
    {
      name: wanted.any ? "AddAnyPortMapping" : "AddPortMapping",
      externalPort,
      internalPort: target.port,
      own: target.own,
      leaseSec: wanted.leaseSec,
    },
  );
}

function askToDelete(view: View, memory: Memory, service: ConnectionService): Next {
  const { ask, ...rest } = askSoap(memory, service, { of: "delete" }, entry(view, "DeletePortMapping"));
  return { ...rest, ask: { ...ask, timeoutMs: UNMAP_TIMEOUT_MS } };
}

function entry(
  { external, target }: View,
  name: "GetSpecificPortMappingEntry" | "DeletePortMapping",
): SoapAction {
  return { name, externalPort: external?.port ?? target.port };
}

function askSoap(memory: Memory, service: ConnectionService, question: Question, action: SoapAction): Next {
  return { memory: { ...memory, question }, ask: askHttp(soapRequest(service, action)) };
}

function askHttp(request: HttpRequest): Ask {
  return { message: { kind: "http", request }, retransmitMs: [], timeoutMs: HTTP_TIMEOUT_MS };
}

function withSoap(memory: Memory, answer: Answer, read: (soap: SoapAnswer) => Read<Memory>): Read<Memory> {
  if (answer.kind !== "http") return ignored;
  const soap = answer.answer.ok ? decodeSoap(answer.answer.value) : answer.answer;
  return soap.ok ? read(soap.value) : refuse(memory, soap.reason);
}

function next({ memory, ask }: Next): Read<Memory> {
  return { tag: "read", memory, then: { ask } };
}

function news(memory: Memory, said: News): Read<Memory> {
  return { tag: "read", memory, then: { news: said } };
}

function refuse(memory: Memory, reason: string): Read<Memory> {
  return { tag: "read", memory, then: refusal(reason) };
}
