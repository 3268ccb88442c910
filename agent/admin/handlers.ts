import type * as v from "valibot";
import { AgentError } from "../errors.ts";
import type { AgentApi, Emit } from "./contract.ts";
import {
  cacheImportRequest,
  checkedRequest,
  initRequest,
  inviteRequest,
  joinRequest,
  memberRequest,
  nothing,
  pingRequest,
  relayStartRequest,
} from "./requests.ts";
import { ROUTES, type Operation } from "./routes.ts";

type Handler =
  | { readonly kind: "call"; readonly call: (body: unknown) => Promise<unknown> }
  | {
      readonly kind: "stream";
      /** Checks, so that a malformed request gets a plain error and not a stream that starts with one. */
      readonly prepare: (body: unknown) => (emit: Emit<unknown>, signal: AbortSignal) => Promise<unknown>;
    }
  | { readonly kind: "shutdown"; readonly check: (body: unknown) => void; readonly shutdown: () => void };

export type Handlers = Readonly<Record<Operation, Handler>>;

/** Binds every operation to its schema, so that the agent behind it sees checked requests only. */
export function handlersOf(api: AgentApi): Handlers {
  return {
    status: call(nothing, () => api.status()),
    peers: call(nothing, () => api.peers()),
    init: call(initRequest, (request) => api.init({ ...request, prefix: request.prefix })),
    invite: call(inviteRequest, (request) => api.invite(request)),
    join: stream(joinRequest, (request, emit, signal) => api.join(request, emit, signal)),
    leave: call(nothing, () => api.leave()),
    revoke: call(memberRequest, (request) => api.revoke(request)),
    ping: stream(pingRequest, (request, emit, signal) => api.ping(request, emit, signal)),
    cacheList: call(nothing, () => api.cacheList()),
    cacheShow: call(memberRequest, (request) => api.cacheShow(request)),
    cacheForget: call(memberRequest, (request) => api.cacheForget(request)),
    cacheExport: call(nothing, () => api.cacheExport()),
    cacheImport: call(cacheImportRequest, (request) => api.cacheImport(request)),
    relayStart: call(relayStartRequest, ({ maxAllocations, ports }) =>
      api.relayStart({ maxAllocations, ports }),
    ),
    relayStop: call(nothing, () => api.relayStop()),
    relayStatus: call(nothing, () => api.relayStatus()),
    relayList: call(nothing, () => api.relayList()),
    netcheck: call(nothing, () => api.netcheck()),
    shutdown: {
      kind: "shutdown",
      check: (body) => void checkedRequest(nothing, body),
      shutdown: () => api.shutdown(),
    },
  };
}

/** Errors: usage.invalid. */
export function operationAt(method: string, url: string): Operation {
  for (const [operation, route] of Object.entries(ROUTES)) {
    if (route.path === url && route.method === method) return operation as Operation;
  }
  throw new AgentError("usage.invalid", `there is no ${method.slice(0, 16)} ${url.slice(0, 100)}`);
}

function call<Schema extends v.GenericSchema>(
  schema: Schema,
  perform: (request: v.InferOutput<Schema>) => Promise<unknown>,
): Handler {
  return { kind: "call", call: async (body) => perform(checkedRequest(schema, body)) };
}

function stream<Schema extends v.GenericSchema>(
  schema: Schema,
  run: (request: v.InferOutput<Schema>, emit: Emit<unknown>, signal: AbortSignal) => Promise<unknown>,
): Handler {
  return {
    kind: "stream",
    prepare: (body) => {
      const request = checkedRequest(schema, body);
      return (emit, signal) => run(request, emit, signal);
    },
  };
}
