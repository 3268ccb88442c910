import { isDeepStrictEqual } from "node:util";
import { isUsableRemote, parseEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import type { ConfiguredBootstrap } from "../config/bootstrap-text.ts";
import { AgentError } from "../errors.ts";
import type { BootstrapEntry, IdentityState } from "../identity/state.ts";
import {
  addBootstrap,
  MAX_BOOTSTRAP,
  MAX_BOOTSTRAP_ENDPOINTS,
  refreshBootstrap,
  rememberedEndpoints,
  uniqueEndpoints,
} from "../registry/bootstrap.ts";
import type { RosterMember } from "../registry/roster.ts";
import type { MeshContext } from "./context.ts";

export type BootstrapParts = {
  readonly context: MeshContext;
  readonly configured: readonly ConfiguredBootstrap[];
  /** What a "host:port" leads to now; nothing where the DNS does not know it. */
  readonly resolve: (text: string) => Promise<readonly Endpoint[]>;
  /** Members may be reached elsewhere than was known. */
  readonly onChange: () => void;
};

/** One volunteer as one source names it. */
export type KnownBootstrap = {
  readonly origin: "configuration" | "command";
  /** Name or id. */
  readonly member: string;
  /** As they were given. */
  readonly endpoints: readonly string[];
  /** Where it is looked for. */
  readonly looksAt: readonly Endpoint[];
};

/**
 * Volunteers that are asked when nothing else is known: where they may be found, beside what signed records say.
 * Nobody is believed for answering there: a path takes the keys of the member's certificate. Owner of what `relay
 * bootstrap` was given, which is in the state.
 */
export class Bootstrap {
  readonly #parts: BootstrapParts;
  readonly #addressesByText = new Map<string, readonly Endpoint[]>();
  #closed = false;

  constructor(parts: BootstrapParts) {
    this.#parts = parts;
  }

  /** Certificates that a lost registry lacks are judged as if another member had sent them. */
  async restore(): Promise<void> {
    const { registry, self } = this.#parts.context;
    const records = this.#entries.flatMap(({ certificates }) =>
      certificates.map((text) => new Uint8Array(Buffer.from(text, "base64"))),
    );
    await registry.receive(self, { kind: "records", records });
  }

  endpointsOf({ id, name }: Pick<RosterMember, "id" | "name">): readonly Endpoint[] {
    return this.list()
      .filter(({ member }) => member === id || member === name)
      .flatMap(({ looksAt }) => looksAt);
  }

  list(): readonly KnownBootstrap[] {
    const leadsTo = (text: string): readonly Endpoint[] => this.#addressesByText.get(text) ?? [];
    const configured = Map.groupBy(this.#parts.configured, ({ member }) => member);
    return [
      ...[...configured].map(([member, entries]): KnownBootstrap => {
        const endpoints = entries.map(({ endpoint }) => endpoint);
        return { origin: "configuration", member, endpoints, looksAt: endpoints.flatMap(leadsTo) };
      }),
      ...this.#entries.map((entry): KnownBootstrap => {
        const { member, endpoints } = entry;
        const looksAt = [...endpoints.flatMap(leadsTo), ...rememberedEndpoints(entry)];
        return { origin: "command", member, endpoints, looksAt: uniqueEndpoints(looksAt) };
      }),
    ];
  }

  /** Errors: usage.invalid, state.io. */
  async add(member: RosterMember, endpoints: readonly string[]): Promise<void> {
    const { registry, self } = this.#parts.context;
    if (member.id === self) throw new AgentError("usage.invalid", `${member.name} is this host`);
    const useless = endpoints.find((text) => {
      const endpoint = parseEndpoint(text);
      return endpoint.ok && !isUsableRemote(endpoint.value.address);
    });
    if (useless !== undefined)
      throw new AgentError("usage.invalid", `at ${useless} no other host can be reached`, {
        hint: `give an address or a name at which ${member.name} is reached from here`,
      });
    await this.#change((entries) => {
      const added = addBootstrap(entries, registry.roster, member, endpoints);
      if (added !== undefined) return added;
      throw new AgentError(
        "usage.invalid",
        `there may be ${MAX_BOOTSTRAP} volunteers, each with ${MAX_BOOTSTRAP_ENDPOINTS} endpoints`,
        { hint: "remove what is no longer of use: hopwire relay bootstrap remove NAME" },
      );
    });
    await this.refresh();
  }

  /** Whether there was any. Errors: state.io. */
  async remove(member: MemberId): Promise<boolean> {
    const had = this.#entries.some((entry) => entry.member === member);
    await this.#change((entries) => entries.filter((entry) => entry.member !== member));
    return had;
  }

  /** Asks the DNS again, and keeps what records say by now for the day when they have expired. Never rejects. */
  async refresh(): Promise<void> {
    const { registry, log } = this.#parts.context;
    const texts = new Set(this.list().flatMap(({ endpoints }) => endpoints));
    for (const text of this.#addressesByText.keys()) if (!texts.has(text)) this.#addressesByText.delete(text);
    try {
      await Promise.all([
        this.#change((entries) => refreshBootstrap(entries, registry.roster)),
        ...[...texts].map((text) => this.#look(text)),
      ]);
    } catch (error) {
      log.warn({ err: error }, "bootstrap volunteers could not be refreshed");
    }
  }

  [Symbol.dispose](): void {
    this.#closed = true;
  }

  /** Each by itself: the DNS may take its time over one. What it does not know now may still lead there. */
  async #look(text: string): Promise<void> {
    const found = (await this.#parts.resolve(text)).slice(0, MAX_BOOTSTRAP_ENDPOINTS);
    if (this.#closed || found.length === 0) return;
    if (isDeepStrictEqual(found, this.#addressesByText.get(text))) return;
    this.#addressesByText.set(text, found);
    this.#parts.onChange();
  }

  async #change(change: (entries: readonly BootstrapEntry[]) => BootstrapEntry[]): Promise<void> {
    await this.#parts.context.identity.update((state) => ({ state: withEntries(state, change) }));
  }

  get #entries(): readonly BootstrapEntry[] {
    return this.#parts.context.identity.state.membership?.bootstrap ?? [];
  }
}

/** The same state where nothing changes, which costs no write. */
function withEntries(
  state: IdentityState,
  change: (entries: readonly BootstrapEntry[]) => BootstrapEntry[],
): IdentityState {
  const { membership } = state;
  if (membership === undefined) return state;
  const before = membership.bootstrap ?? [];
  const bootstrap = change(before);
  return isDeepStrictEqual(before, bootstrap)
    ? state
    : { ...state, membership: { ...membership, bootstrap } };
}
