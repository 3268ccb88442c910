import type { ConnectionCache } from "../../../cache/store.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import type {
  CacheDocument,
  CachedPeer,
  CachedPeerDetail,
  CacheImportRequest,
  CacheImportResult,
  ForgottenPeer,
  MemberRequest,
} from "../../admin/contract.ts";
import { AgentError } from "../../errors.ts";
import type { CurrentNetwork } from "../current-network.ts";
import { cachedDetail, cachedPeers } from "../views.ts";

/** What people do with the connection cache; it can be looked at while no network runs. */
export class CacheOperations {
  readonly #cache: ConnectionCache;
  readonly #current: CurrentNetwork;

  constructor(cache: ConnectionCache, current: CurrentNetwork) {
    this.#cache = cache;
    this.#current = current;
  }

  async list(): Promise<readonly CachedPeer[]> {
    await this.#current.ready;
    return cachedPeers(this.#cache.describe(), (id) => this.#nameOf(id));
  }

  async show({ name }: MemberRequest): Promise<CachedPeerDetail> {
    const id = await this.#peerNamed(name);
    return cachedDetail(id, this.#cache.describe(id), (other) => this.#nameOf(other));
  }

  async forget({ name }: MemberRequest): Promise<ForgottenPeer> {
    const id = await this.#peerNamed(name);
    const rows = this.#cache.describe(id);
    await this.#cache.forget(id);
    const endpoints = rows.filter(({ type }) => type === "endpoint").length;
    return { name, endpoints, relays: rows.length - endpoints };
  }

  async export(): Promise<CacheDocument> {
    await this.#current.ready;
    return JSON.parse(this.#cache.exportText()) as CacheDocument;
  }

  /** Only what concerns other members. */
  async import({ document }: CacheImportRequest): Promise<CacheImportResult> {
    const { roster, self } = await this.#current.required();
    const members = new Set([...roster.members.keys()].filter((id): boolean => id !== self));
    const imported = this.#cache.importText(JSON.stringify(document), members);
    if (!imported.ok) {
      throw new AgentError("cache.invalid", `this is no exported cache: ${imported.reason}`, {
        hint: "give what hopwire cache export printed",
      });
    }
    return imported.value;
  }

  /** The id of a member, or of whoever else is remembered. */
  async #peerNamed(name: string): Promise<string> {
    await this.#current.ready;
    const member = this.#current.running?.roster.memberByName.get(name);
    const id = member?.id ?? name;
    if (member !== undefined || this.#cache.describe(id).length > 0) return id;
    throw new AgentError("member.unknown", `nothing is remembered of ${JSON.stringify(name)}`, {
      hint: "see: hopwire cache list",
    });
  }

  #nameOf(id: string): string | null {
    return this.#current.running?.roster.members.get(id as MemberId)?.name ?? null;
  }
}
