import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import type { Random } from "../../random.ts";
import type { Target } from "./dialect.ts";
import type { GatewayWire, OpenGatewayWire } from "./gateway-wire.ts";
import {
  mapperWakeAt,
  newMapper,
  stepMapper,
  type MapperInput,
  type Mapping,
  type MapperState,
} from "./mapper.ts";

export type PortMapperParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** WireGuard's. */
  readonly port: number;
  /** Of the default IPv4 route; undefined where there is none. */
  readonly gateway: () => Promise<string | undefined>;
  readonly open: OpenGatewayWire;
  /** Whether a host with this address towards its gateway needs a mapping at all. */
  readonly isWanted: (own: string) => boolean;
  readonly nonceFor: (place: Pick<Target, "gateway" | "own" | "port">) => Uint8Array;
  /** There is another mapping, or none any more. */
  readonly onChange: (mapping: Mapping | undefined) => void;
};

/** Asked for in turn where a gateway does not choose: a LAN with so many hosts on the same ports has other trouble. */
const OTHER_PORTS = 3;
/** Above the system's ports and below what a home router gives to outgoing packets. */
const OTHER_PORTS_FROM = 20_000;
const OTHER_PORTS_COUNT = 10_000;

/** RFC 6887, section 8.1.1. */
const JITTER = 0.1;

/** The machine's last message has 1 s for its answer; a search before it has to be given up. */
const RELEASE_MS = 1_500;

/** Keeps one port of this host mapped at its gateway. Owner of the sockets to it and of a timer; disposal deletes the mapping. */
export class PortMapper implements AsyncDisposable {
  readonly #parts: PortMapperParts;
  readonly #released = Promise.withResolvers<undefined>();
  #state: MapperState;
  #wire: GatewayWire | undefined;
  #gateway: string | undefined;
  #cancel: () => void = () => undefined;
  #refreshing: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(parts: PortMapperParts) {
    this.#parts = parts;
    this.#state = newMapper(parts.clock.monotonicNow());
  }

  get mapping(): Mapping | undefined {
    return this.#state.mapping;
  }

  get standings(): MapperState["standings"] {
    return this.#state.standings;
  }

  /** Undefined where there is none. */
  get gateway(): string | undefined {
    return this.#state.target?.gateway;
  }

  /** Addresses or routes may have changed: looks which gateway there is, and whether the mapping still is. Never rejects. */
  refresh(): Promise<void> {
    const mine = this.#refreshing.then(() => this.#refresh());
    this.#refreshing = mine;
    return mine;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#refreshing;
    const giveUp = this.#parts.clock.after(RELEASE_MS, () => this.#released.resolve(undefined));
    this.#step({ input: "release" });
    await this.#released.promise;
    giveUp();
    this.#cancel();
    await this.#wire?.[Symbol.asyncDispose]();
  }

  async #refresh(): Promise<void> {
    if (this.#closed) return;
    const gateway = await this.#parts.gateway();
    const wire = gateway === undefined ? undefined : await this.#open(gateway);
    const isSame = gateway === this.#gateway && wire?.own === this.#wire?.own;
    const old = isSame ? wire : this.#wire;
    if (!isSame) {
      this.#gateway = gateway;
      this.#wire = wire;
    }
    await old?.[Symbol.asyncDispose]();
    if (this.#isClosed) return;
    const own = this.#wire?.own;
    const isWanted = own !== undefined && this.#parts.isWanted(own);
    const target = gateway !== undefined && isWanted ? this.#targetAt(gateway, own) : undefined;
    this.#step({ input: "target", target });
  }

  async #open(gateway: string): Promise<GatewayWire | undefined> {
    const { open, log } = this.#parts;
    try {
      const opened: { wire?: GatewayWire } = {};
      opened.wire = await open(gateway, (answer) => {
        if (opened.wire === this.#wire) this.#step({ input: "answer", answer });
      });
      return opened.wire;
    } catch (error) {
      log.debug({ gateway, code: (error as NodeJS.ErrnoException).code }, "the gateway cannot be asked");
      return undefined;
    }
  }

  #targetAt(gateway: string, own: string): Target {
    const { port, nonceFor, random } = this.#parts;
    return {
      gateway,
      own,
      port,
      nonce: nonceFor({ gateway, own, port }),
      otherPorts: Array.from(
        { length: OTHER_PORTS },
        () => OTHER_PORTS_FROM + Math.floor(random.fraction() * OTHER_PORTS_COUNT),
      ),
      jitter: (2 * random.fraction() - 1) * JITTER,
    };
  }

  #step(input: MapperInput): void {
    const { clock, onChange, log } = this.#parts;
    const { state, effects } = stepMapper(this.#state, input, clock.monotonicNow());
    this.#state = state;
    for (const effect of effects) {
      switch (effect.effect) {
        case "send":
          this.#wire?.send(effect.message, effect.id);
          break;
        case "mapping-changed":
          log.info({ mapping: state.mapping }, "port mapping changed");
          onChange(state.mapping);
          break;
        case "read-gateway":
          void this.refresh();
          break;
        case "released":
          this.#released.resolve(undefined);
          break;
      }
    }
    this.#cancel();
    const wakeAt = mapperWakeAt(this.#state);
    if (wakeAt === undefined) return;
    this.#cancel = clock.after(wakeAt - clock.monotonicNow(), () => this.#step({ input: "wake" }));
  }

  /** Across an await the compiler holds the first answer for good. */
  get #isClosed(): boolean {
    return this.#closed;
  }
}
