import type { GatewayWire, OpenGatewayWire } from "../../../agent/nat/port-mapping/gateway-wire.ts";
import type { Answer, HttpAnswer, HttpRequest, Message } from "../../../agent/nat/port-mapping/message.ts";
import type { MappingProtocol } from "../../../agent/nat/port-mapping/protocol.ts";
import { decoded } from "../../../protocol/decoded.ts";
import type { FakeClock } from "../../support/fake-clock.ts";

type PaperMapping = { outsidePort: number; readonly inside: string; readonly expiresMs: number };

const GATEWAY = "10.1.0.1";

/** A home router that maps ports, without a network: it reads what a host sends and answers as the documents of its protocols say. */
export class PaperRouter {
  protocols: readonly MappingProtocol[] = ["pcp", "nat-pmp", "upnp-igd"];
  /** Answers to what it does not speak: with an ICMP error, as a host without such a service; or not at all. */
  refusesWithIcmp = false;
  outsideAddress = "203.0.113.7";
  own = "10.1.0.2";
  /** What another host of the LAN has, or the router itself. */
  readonly takenPorts = new Set<number>();
  /** Of PCP; 0 is success. */
  pcpResult = 0;
  permanentLeasesOnly = false;
  igdVersion = 1;
  /** Datagrams and HTTP answers that are lost. */
  isSilent = false;
  grantsSec = 600;
  /** What it takes instead of a port that is taken. */
  nextPort = 40_000;
  mapping: PaperMapping | undefined;
  /** PCP's. */
  lastNonce = Buffer.alloc(0);
  /** Of each message, what it is, in order. */
  readonly heard: string[] = [];
  readonly wires: { receive: (answer: Answer) => void; isOpen: boolean }[] = [];
  readonly #clock: FakeClock;
  #startedMs = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** As if it was switched off and on. */
  restart(): void {
    this.mapping = undefined;
    this.#startedMs = this.#clock.monotonicNow();
  }

  readonly open: OpenGatewayWire = (_, receive) => {
    const end = { receive, isOpen: true };
    this.wires.push(end);
    const wire: GatewayWire = {
      own: this.own,
      send: (message, id) => {
        const answers = this.#answers(message, id);
        queueMicrotask(() => {
          if (end.isOpen && !this.isSilent) for (const answer of answers) receive(answer);
        });
      },
      [Symbol.asyncDispose]: () => {
        end.isOpen = false;
        return Promise.resolve();
      },
    };
    return Promise.resolve(wire);
  };

  #answers(message: Message, id: number): readonly Answer[] {
    switch (message.kind) {
      case "datagram":
        return this.#onDatagram(Buffer.from(message.bytes));
      case "search": {
        this.heard.push("search");
        const st = "ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1";
        const bytes = Buffer.from(
          `HTTP/1.1 200 OK\r\n${st}\r\nLOCATION: http://${GATEWAY}:5000/d.xml\r\n\r\n`,
        );
        return this.#speaks("upnp-igd") ? [{ kind: "search", bytes }] : [];
      }
      case "http":
        return [{ kind: "http", id, answer: decoded(this.#onHttp(message.request)) }];
    }
  }

  #onDatagram(bytes: Buffer): readonly Answer[] {
    const isPcp = bytes[0] === 2;
    const kind = `${isPcp ? "pcp" : "nat-pmp"} ${bytes[1] === 1 ? "map" : "probe"}`;
    this.heard.push(kind);
    const answer = (payload: Buffer): readonly Answer[] => [{ kind: "datagram", bytes: payload }];
    if (this.#speaks(isPcp ? "pcp" : "nat-pmp"))
      return answer(isPcp ? this.#onPcp(bytes) : this.#onNatPmp(bytes));
    if (this.#speaks(isPcp ? "nat-pmp" : "pcp")) return answer(this.#unsupportedVersion(bytes, isPcp));
    return this.refusesWithIcmp ? [{ kind: "unreachable" }] : [];
  }

  /** In the version that it has (RFC 6886, section 3.5; RFC 6887, section 9). */
  #unsupportedVersion(bytes: Buffer, isPcp: boolean): Buffer {
    const reply = Buffer.alloc(isPcp ? 8 : 24);
    reply[0] = isPcp ? 0 : 2;
    reply[1] = 128 + (bytes[1] ?? 0);
    reply[3] = 1;
    reply.writeUInt32BE(this.#epochSec, isPcp ? 4 : 8);
    return reply;
  }

  #onPcp(bytes: Buffer): Buffer {
    const reply = Buffer.alloc(bytes.length);
    bytes.copy(reply, 24, 24);
    reply[0] = 2;
    reply[1] = 128 + (bytes[1] ?? 0);
    reply.writeUInt32BE(this.#epochSec, 8);
    if (bytes[1] === 0) return reply;
    reply[3] = this.pcpResult;
    this.lastNonce = Buffer.from(bytes.subarray(24, 36));
    const lifetimeSec = bytes.readUInt32BE(4);
    if (this.pcpResult !== 0) {
      reply.writeUInt32BE(3_600, 4);
    } else if (lifetimeSec === 0) {
      this.mapping = undefined;
    } else {
      const port = this.#map(bytes.readUInt16BE(40), bytes.readUInt16BE(42));
      reply.writeUInt32BE(this.grantsSec, 4);
      reply.writeUInt16BE(port, 42);
      reply.fill(0, 44);
      reply.writeUInt16BE(0xffff, 54);
      Buffer.from(this.outsideAddress.split(".").map(Number)).copy(reply, 56);
    }
    return reply;
  }

  #onNatPmp(bytes: Buffer): Buffer {
    const reply = Buffer.alloc(bytes[1] === 0 ? 12 : 16);
    reply[1] = 128 + (bytes[1] ?? 0);
    reply.writeUInt32BE(this.#epochSec, 4);
    if (bytes[1] === 0) {
      Buffer.from(this.outsideAddress.split(".").map(Number)).copy(reply, 8);
      return reply;
    }
    bytes.copy(reply, 8, 4, 6);
    if (bytes.readUInt32BE(8) === 0) {
      this.mapping = undefined;
    } else {
      reply.writeUInt16BE(this.#map(bytes.readUInt16BE(4), bytes.readUInt16BE(6)), 10);
      reply.writeUInt32BE(this.grantsSec, 12);
    }
    return reply;
  }

  #onHttp(request: HttpRequest): HttpAnswer {
    if (request.method === "GET") {
      this.heard.push("description");
      const type = `urn:schemas-upnp-org:service:WANIPConnection:${this.igdVersion}`;
      const body = `<root><service><serviceType>${type}</serviceType><controlURL>/ctl</controlURL></service></root>`;
      return { status: 200, body };
    }
    const action = /#(\w+)/.exec(request.soapAction)?.[1] ?? "";
    const valueOf = (name: string): string => new RegExp(`<${name}>([^<]*)<`).exec(request.body)?.[1] ?? "";
    this.heard.push(action);
    const done = (values = ""): HttpAnswer => ({ status: 200, body: `<b><r>${values}</r></b>` });
    const outsidePort = Number(valueOf("NewExternalPort"));
    switch (action) {
      case "GetExternalIPAddress":
        return done(`<NewExternalIPAddress>${this.outsideAddress}</NewExternalIPAddress>`);
      case "AddPortMapping":
      case "AddAnyPortMapping":
        if (this.permanentLeasesOnly && valueOf("NewLeaseDuration") !== "0") return fault(725);
        if (action === "AddPortMapping" && this.takenPorts.has(outsidePort)) return fault(718);
        return done(
          `<NewReservedPort>${this.#map(Number(valueOf("NewInternalPort")), outsidePort)}</NewReservedPort>`,
        );
      case "GetSpecificPortMappingEntry": {
        const [client, port] = this.mapping?.inside.split(":") ?? [];
        if (this.mapping?.outsidePort !== outsidePort) return fault(714);
        return done(
          `<NewInternalPort>${port}</NewInternalPort><NewInternalClient>${client}</NewInternalClient>`,
        );
      }
      case "DeletePortMapping":
        this.mapping = undefined;
        return done();
      default:
        return fault(401);
    }
  }

  #map(insidePort: number, wanted: number): number {
    const inside = `${this.own}:${insidePort}`;
    const isTaken = this.takenPorts.has(wanted);
    const outsidePort =
      this.mapping?.inside === inside ? this.mapping.outsidePort : isTaken ? this.nextPort : wanted;
    this.mapping = { outsidePort, inside, expiresMs: this.#clock.monotonicNow() + this.grantsSec * 1_000 };
    return outsidePort;
  }

  #speaks(protocol: MappingProtocol): boolean {
    return this.protocols.includes(protocol);
  }

  get #epochSec(): number {
    return Math.floor((this.#clock.monotonicNow() - this.#startedMs) / 1_000);
  }
}

function fault(code: number): HttpAnswer {
  return { status: 500, body: `<f><UPnPError><errorCode>${code}</errorCode></UPnPError></f>` };
}
