import type Bonjour from "bonjour-service";
import type { Prefix } from "../../../protocol/address.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import { LanSocket } from "./lan-socket.ts";
import { MDNS_PORT, PacketGate, SERVICE } from "./packet-gate.ts";

export type LanLinkEvents = {
  /** Somebody announces a service of our type, with this TXT record, from `at`; anybody may. */
  readonly onHeard: (at: Endpoint, txt: unknown) => void;
  /** And takes it back. */
  readonly onGone: (at: Endpoint, txt: unknown) => void;
};

export type OpenLanLink = (own: Prefix, events: LanLinkEvents) => Promise<LanLinkPort>;

export type LanLinkPort = AsyncDisposable & {
  /** In the place of what it said before. `label` is the name of service and host. */
  announce(label: string, port: number, txt: Readonly<Record<string, string>>): Promise<void>;
  /** Asks who is there. */
  query(): void;
};

/** Seconds: others forget soon what this host said. RFC 6762, section 10 has 120 s for what names a host. */
const TTL_SEC = 120;

/** Services that the library holds; it forgets none that does not say goodbye, so beyond this it begins anew. */
const MAX_SERVICES = 256;

/** DNS-SD (RFC 6763) by multicast on one LAN of this host. Owner of socket, responder and browser. */
export class LanLink implements LanLinkPort {
  readonly #own: Prefix;
  readonly #gate: PacketGate;
  readonly #bonjour: Bonjour;
  readonly #events: LanLinkEvents;
  #browser: Bonjour.Browser;

  private constructor(own: Prefix, gate: PacketGate, bonjour: Bonjour, events: LanLinkEvents) {
    this.#own = own;
    this.#gate = gate;
    this.#bonjour = bonjour;
    this.#events = events;
    this.#browser = this.#browse();
  }

  /** Rejects where the system has no such socket. The library is loaded here: a host without a LAN need not. */
  static opener(clock: Clock, log: Logger): OpenLanLink {
    return async (own, events) => {
      const { default: Library } = await import("bonjour-service");
      const gate = new PacketGate(own, clock.monotonicNow());
      const failed = (error: unknown): void =>
        log.debug({ address: own.address, err: error }, "multicast DNS failed");
      const admits = (bytes: Uint8Array, from: Endpoint): boolean => {
        const verdict = gate.verdict(bytes, from, clock.monotonicNow());
        if (verdict !== "admitted" && verdict !== "not-ours")
          log.trace({ from: from.address, verdict }, "multicast DNS packet refused");
        return verdict === "admitted";
      };
      const socket = await LanSocket.open(own, admits, failed);
      // The socket is bound and in its group; the library would do both for every interface.
      const options = { port: MDNS_PORT, socket, bind: false, multicast: false };
      return new LanLink(own, gate, new Library(options, failed), events);
    };
  }

  async announce(label: string, port: number, txt: Readonly<Record<string, string>>): Promise<void> {
    // First the old one: the library forgets what it answers by type alone.
    await this.#takeBack();
    this.#gate.label = label;
    const host = `${label}.local`;
    const service = this.#bonjour.publish({ name: label, type: SERVICE, protocol: "udp", port, host, txt });
    const records = service.records.bind(service);
    const { address } = this.#own;
    // The library would tell all addresses of this host, those of the overlay too, and asks for them after some 0.75 s of probing.
    service.records = () => [
      ...records()
        .filter(({ type }) => type !== "A" && type !== "AAAA")
        .map((record) => ({ ...record, ttl: TTL_SEC })),
      { name: host, type: "A", ttl: TTL_SEC, data: address },
    ];
  }

  query(): void {
    this.#browser.expire();
    this.#browser.update();
  }

  /** Says goodbye. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#browser.stop();
    await this.#takeBack();
    await new Promise<void>((resolve) => this.#bonjour.destroy(() => resolve()));
  }

  #takeBack(): Promise<void> {
    return new Promise((resolve) => this.#bonjour.unpublishAll(() => resolve()));
  }

  #browse(): Bonjour.Browser {
    const browser = this.#bonjour.find({ type: SERVICE, protocol: "udp" });
    const heard = (service: Bonjour.Service): void => {
      if (browser.services.length > MAX_SERVICES) {
        browser.stop();
        this.#browser = this.#browse();
      }
      const at = endpointOf(service);
      if (at !== undefined) this.#events.onHeard(at, service.txt);
    };
    browser.on("up", heard);
    browser.on("srv-update", heard);
    browser.on("txt-update", heard);
    browser.on("down", (service) => {
      const at = endpointOf(service);
      if (at !== undefined) this.#events.onGone(at, service.txt);
    });
    return browser;
  }
}

/** Where the packet came from, whatever addresses it named, and the port that it named. */
function endpointOf({ referer, port }: Bonjour.Service): Endpoint | undefined {
  const isPort = Number.isInteger(port) && port >= 1 && port <= 65_535;
  return referer === undefined || !isPort ? undefined : { address: referer.address, port };
}
