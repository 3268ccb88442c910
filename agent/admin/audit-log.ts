import type { AgentErrorCode } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Operation } from "./routes.ts";

/** Who asked. The kernel knows which user is at a unix socket's other end, but Node cannot ask it. */
export type Caller = { readonly via: "socket" } | { readonly via: "tcp"; readonly remote: string };

export type AuditEntry = {
  readonly action: Operation;
  /** Names and ids; undefined where the action has none, or the request was no good. */
  readonly target?: string | undefined;
  readonly outcome: "done" | "started" | AgentErrorCode;
};

/** What changes something, and all of /admin. The rest only reads, and only for who may use the socket. */
const IS_AUDITED: Readonly<Record<Operation, boolean>> = {
  status: false,
  peers: false,
  peerShow: false,
  init: true,
  invite: true,
  inviteList: false,
  inviteWithdraw: true,
  join: true,
  leave: true,
  revoke: true,
  rename: true,
  rotateKeys: true,
  ping: false,
  cacheList: false,
  cacheShow: false,
  cacheForget: true,
  cacheExport: false,
  cacheImport: true,
  relayStart: true,
  relayStop: true,
  relayStatus: false,
  relayList: false,
  relayExplain: false,
  relayToken: true,
  relayUseToken: true,
  relayBootstrapList: false,
  relayBootstrapAdd: true,
  relayBootstrapRemove: true,
  relayAllocations: true,
  relayWatch: true,
  relayEnd: true,
  relayStats: true,
  netcheck: false,
  netcheckLifetime: false,
  shutdown: true,
};

/** One line for each action of an operator, in every log that it is given: `"component":"audit"`. */
export class AuditLog {
  readonly #logs: readonly Logger[];

  constructor(logs: readonly Logger[]) {
    this.#logs = logs.map((log) => log.child({ component: "audit" }));
  }

  write(caller: Caller, entry: AuditEntry): void {
    if (!IS_AUDITED[entry.action]) return;
    for (const log of this.#logs) log.info({ ...caller, ...entry }, "admin action");
  }

  /** `suppressed`: so many more since the last line. */
  refused(caller: Caller, suppressed: number): void {
    for (const log of this.#logs) log.warn({ ...caller, suppressed }, "admin token refused");
  }
}
