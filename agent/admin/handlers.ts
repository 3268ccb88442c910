import type * as v from "valibot";
import type { AgentApi, Emit } from "./contract.ts";
import {
  allocationRequest,
  bootstrapRequest,
  cacheImportRequest,
  checkedRequest,
  initRequest,
  inviteRequest,
  joinRequest,
  memberRequest,
  nothing,
  pingRequest,
  relayStartRequest,
  relayTokenRequest,
  relayUseTokenRequest,
  renameRequest,
} from "./requests.ts";
import type { Operation } from "./routes.ts";

/** A request that was found good. */
type Prepared = {
  /** For the audit log: names and ids, never a secret. */
  readonly target: string | undefined;
  readonly run: (emit: Emit<unknown>, signal: AbortSignal) => Promise<unknown>;
};

/** How it answers: with one object, with lines until the result, with server-sent events, with the agent's end. */
type HandlerKind = "call" | "stream" | "events" | "shutdown";

export type Handler = {
  readonly kind: HandlerKind;
  /** Checks, so that a malformed request gets a plain error and not a stream that starts with one. Errors: usage.invalid. */
  readonly prepare: (body: unknown) => Prepared;
};

export type Handlers = Readonly<Record<Operation, Handler>>;

/** Binds every operation to its schema, so that the agent behind it sees checked requests only. */
export function handlersOf(api: AgentApi): Handlers {
  return {
    status: call(nothing, () => api.status()),
    peers: call(nothing, () => api.peers()),
    peerShow: call(memberRequest, (request) => api.peerShow(request)),
    init: call(
      initRequest,
      (request) => api.init({ ...request, prefix: request.prefix }),
      ({ name, network }) => `${name} in ${network}`,
    ),
    invite: call(inviteRequest, (request) => api.invite(request), nameOf),
    inviteList: call(nothing, () => api.inviteList()),
    inviteWithdraw: call(memberRequest, (request) => api.inviteWithdraw(request), nameOf),
    join: handler("stream", joinRequest, (request, emit, signal) => api.join(request, emit, signal)),
    leave: call(nothing, () => api.leave()),
    revoke: call(memberRequest, (request) => api.revoke(request), nameOf),
    rename: call(
      renameRequest,
      (request) => api.rename(request),
      ({ name, to }) => `${name} to ${to}`,
    ),
    rotateKeys: call(nothing, () => api.rotateKeys()),
    ping: handler("stream", pingRequest, (request, emit, signal) => api.ping(request, emit, signal)),
    cacheList: call(nothing, () => api.cacheList()),
    cacheShow: call(memberRequest, (request) => api.cacheShow(request)),
    cacheForget: call(memberRequest, (request) => api.cacheForget(request), nameOf),
    cacheExport: call(nothing, () => api.cacheExport()),
    cacheImport: call(cacheImportRequest, (request) => api.cacheImport(request)),
    relayStart: call(relayStartRequest, ({ maxAllocations, ports }) =>
      api.relayStart({ maxAllocations, ports }),
    ),
    relayStop: call(nothing, () => api.relayStop()),
    relayStatus: call(nothing, () => api.relayStatus()),
    relayToken: call(
      relayTokenRequest,
      (request) => api.relayToken({ ...request, relay: request.relay }),
      ({ pair, tier }) => `${pair.join(" and ")}, ${tier}`,
    ),
    relayUseToken: call(relayUseTokenRequest, (request) => api.relayUseToken(request)),
    relayList: call(nothing, () => api.relayList()),
    relayBootstrapList: call(nothing, () => api.relayBootstrapList()),
    relayBootstrapAdd: call(bootstrapRequest, (request) => api.relayBootstrapAdd(request), nameOf),
    relayBootstrapRemove: call(memberRequest, (request) => api.relayBootstrapRemove(request), nameOf),
    relayExplain: call(memberRequest, (request) => api.relayExplain(request)),
    relayAllocations: call(nothing, () => api.relayAllocations()),
    relayWatch: handler("events", nothing, (_request, emit, signal) => api.relayWatch(emit, signal)),
    relayEnd: call(
      allocationRequest,
      (request) => api.relayEnd(request),
      ({ id }) => id,
    ),
    relayStats: call(nothing, () => api.relayStats()),
    netcheck: call(nothing, () => api.netcheck()),
    netcheckLifetime: handler("stream", nothing, (_request, emit, signal) =>
      api.netcheckLifetime(emit, signal),
    ),
    shutdown: handler("shutdown", nothing, () => {
      api.shutdown();
      return Promise.resolve();
    }),
  };
}

const nameOf = ({ name }: { readonly name: string }): string => name;

function call<Schema extends v.GenericSchema>(
  schema: Schema,
  perform: (request: v.InferOutput<Schema>) => Promise<unknown>,
  targetOf?: (request: v.InferOutput<Schema>) => string,
): Handler {
  return handler("call", schema, perform, targetOf);
}

function handler<Schema extends v.GenericSchema>(
  kind: HandlerKind,
  schema: Schema,
  run: (request: v.InferOutput<Schema>, emit: Emit<unknown>, signal: AbortSignal) => Promise<unknown>,
  targetOf?: (request: v.InferOutput<Schema>) => string,
): Handler {
  return {
    kind,
    prepare: (body) => {
      const request = checkedRequest(schema, body);
      return { target: targetOf?.(request), run: (emit, signal) => run(request, emit, signal) };
    },
  };
}
