import { createSocket, type Socket } from "node:dgram";
import { addressBytes } from "../../protocol/address.ts";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import { canonicalIPv6, familyOf, type AddressFamily, type Endpoint } from "../../protocol/endpoint.ts";
import { isGlobal } from "../../protocol/global-address.ts";
import type { ChangeRequest } from "../../protocol/stun/change-request.ts";
import type { Clock } from "../clock.ts";
import type { PortRange } from "../config/port-range.ts";
import type { Logger } from "../log.ts";
import { StunAgent, type Elsewhere, type StunSend, type StunServer } from "../nat/stun-agent.ts";
import type { Random } from "../random.ts";
import { KeyedLimiter } from "../rate-limit.ts";

export type AlternatesPlace = {
  /** Own addresses, without the overlay's. */
  readonly addresses: readonly string[];
  /** The relay's, which a firewall lets in. */
  readonly ports: PortRange;
  /** WireGuard's. */
  readonly listenPort: number;
};

/** A test takes two addresses of a family; a host with many has no use for a socket on each. */
const MAX_ADDRESSES_PER_FAMILY = 4;

/** Ports to try. Allocations begin at a random one, so that the end of a range is usually free. */
const BIND_ATTEMPTS = 20;

/**
 * Of one address (IPv6: /64). A member's tests are some 15 requests to one volunteer, seldom more than once an hour; the
 * rest is for members that share an address.
 */
const PER_SOURCE = { perSec: 4, burst: 100 };
/** Of all together: as many answers cost half a percent of a core. */
const OVERALL = { perSec: 100, burst: 500 };
const MAX_SOURCES = 4_096;

/** RFC 863. Any would do. */
const DISCARD_PORT = 9;

type Place = {
  readonly address: string;
  /** Where requests are answered, on the second port. */
  readonly asked: Socket;
  /**
   * Only sends, so that no NAT has ever seen a packet to it. RFC 5780 answers from the second port instead, to fresh
   * sockets; WireGuard's port is always the same one, and has to be asked about again and again.
   */
  readonly silent: Socket;
  readonly silentPort: number;
  readonly agent: StunAgent;
};

/**
 * What a volunteer answers from, beside WireGuard's port, so that members find out what their NATs do (RFC 5780): a
 * second port and a port that only sends, on each of its addresses. Owner of these sockets.
 */
export class StunAlternates implements AsyncDisposable {
  /** The second port. */
  readonly port: number;
  readonly #clock: Clock;
  readonly #listenPort: number;
  readonly #places: readonly Place[];
  readonly #perSource = new KeyedLimiter(PER_SOURCE, MAX_SOURCES);
  readonly #overall = new KeyedLimiter(OVERALL, 1);
  #closed = false;

  private constructor(
    clock: Clock,
    listenPort: number,
    port: number,
    places: (self: StunAlternates) => Place[],
  ) {
    this.#clock = clock;
    this.#listenPort = listenPort;
    this.port = port;
    this.#places = places(this);
  }

  /** Undefined where no port is free, or where an address is gone by now. */
  static async open(parts: {
    clock: Clock;
    random: Random;
    log: Logger;
    keyFor: StunServer["keyFor"];
    place: AlternatesPlace;
  }): Promise<StunAlternates | undefined> {
    const { clock, random, log, keyFor, place } = parts;
    const addresses = (["ipv4", "ipv6"] as const).flatMap((family) =>
      place.addresses.filter((address) => familyOf(address) === family).slice(0, MAX_ADDRESSES_PER_FAMILY),
    );
    for (const port of portsToTry(place.ports)) {
      const sockets = await bindAll(addresses, port);
      if (sockets === undefined) continue;
      return new StunAlternates(clock, place.listenPort, port, (self) =>
        sockets.map(({ address, asked, silent }) => {
          const agent = new StunAgent({
            clock,
            random,
            send: self.#sendBy(asked),
            server: {
              keyFor,
              onBinding: () => undefined,
              elsewhere: (_, change, from) => self.elsewhere(change, from, address),
            },
          });
          asked.on("message", (bytes, source) =>
            agent.receive(bytes, { address: plainAddress(source.address), port: source.port }),
          );
          for (const socket of [asked, silent])
            socket.on("error", (error) => log.warn({ err: error }, "STUN socket error"));
          return { address, asked, silent, silentPort: silent.address().port, agent };
        }),
      );
    }
    log.warn({ ports: place.ports }, "no second port for STUN is free");
    return undefined;
  }

  /**
   * `askedAt` is the address of a request to the second port; of one to WireGuard's port the kernel says from which
   * address answers leave. Refused: "cannot-change", "rate-limited".
   */
  async elsewhere(change: ChangeRequest, from: Endpoint, askedAt?: string): Promise<Decoded<Elsewhere>> {
    const now = this.#clock.monotonicNow();
    if (!this.#perSource.allows(sourceKey(from.address), now)) return refused("rate-limited");
    if (!this.#overall.allows("", now)) return refused("rate-limited");
    const own = askedAt ?? (await addressTowards(from.address));
    const here = this.#places.find(({ address }) => address === own);
    if (here === undefined || this.#closed) return refused("cannot-change");
    const there = this.#places.find(
      ({ address }) =>
        address !== here.address &&
        familyOf(address) === familyOf(here.address) &&
        isGlobal(address) === isGlobal(here.address),
    );
    const answering = change.address ? there : here;
    // From the second address, but the first port: that one is WireGuard's.
    if (answering === undefined || (change.address && !change.port)) return refused("cannot-change");
    const origin =
      change.port || change.address
        ? { address: answering.address, port: answering.silentPort }
        : { address: here.address, port: askedAt === undefined ? this.#listenPort : this.port };
    return decoded({
      send: change.port ? this.#sendBy(answering.silent) : undefined,
      origin,
      other: { address: (there ?? here).address, port: this.port },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const { agent } of this.#places) agent.close();
    await Promise.all(this.#places.flatMap(({ asked, silent }) => [closed(asked), closed(silent)]));
  }

  /** Also for an answer that was asked for later, when the socket may be gone. */
  #sendBy(socket: Socket): StunSend {
    return (bytes, to) => {
      // A port that anyone can forge as a source, and that makes Node throw.
      if (!this.#closed && to.port !== 0) socket.send(bytes, to.port, to.address, () => undefined);
    };
  }
}

/** The last of the range; of one that is hardly large enough for allocations none, but those after it. */
function portsToTry({ first, last }: PortRange): readonly number[] {
  const fromEnd = last - first > 2 * BIND_ATTEMPTS;
  return Array.from({ length: BIND_ATTEMPTS }, (_, i) => (fromEnd ? last - i : last + 1 + i)).filter(
    (port) => port <= 65_535,
  );
}

/** Everybody behind an IPv6 prefix is one source: it costs nothing to have all of it. */
function sourceKey(address: string): string {
  return familyOf(address) === "ipv4" ? address : addressBytes(address).subarray(0, 8).join();
}

/** Undefined where one of them cannot be had. */
async function bindAll(
  addresses: readonly string[],
  port: number,
): Promise<readonly Pick<Place, "address" | "asked" | "silent">[] | undefined> {
  const bound = await Promise.all(
    addresses.flatMap((address) =>
      [port, 0].map(async (wanted) => ({ address, wanted, socket: await bind(address, wanted) })),
    ),
  );
  const places = addresses.flatMap((address) => {
    const [asked, silent] = bound.filter((each) => each.address === address).map(({ socket }) => socket);
    return asked === undefined || silent === undefined ? [] : [{ address, asked, silent }];
  });
  if (places.length === addresses.length) return places;
  await Promise.all(bound.flatMap(({ socket }) => (socket === undefined ? [] : [closed(socket)])));
  return undefined;
}

function bind(address: string, port: number): Promise<Socket | undefined> {
  const socket = socketFor(familyOf(address));
  return new Promise((resolve) => {
    socket.once("error", () => {
      socket.close();
      resolve(undefined);
    });
    socket.bind(port, address, () => {
      socket.removeAllListeners("error").unref();
      resolve(socket);
    });
  });
}

/** Own address that packets to `remote` leave from: the kernel chooses it when a socket connects, and sends nothing. */
function addressTowards(remote: string): Promise<string | undefined> {
  const socket = socketFor(familyOf(remote));
  return new Promise((resolve) => {
    socket.once("error", () => {
      socket.close();
      resolve(undefined);
    });
    socket.once("connect", () => {
      const { address } = socket.address();
      socket.close();
      resolve(plainAddress(address));
    });
    socket.connect(DISCARD_PORT, remote);
  });
}

function socketFor(family: AddressFamily): Socket {
  return family === "ipv4" ? createSocket("udp4") : createSocket({ type: "udp6", ipv6Only: true });
}

function plainAddress(address: string): string {
  return canonicalIPv6(address) ?? address;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
