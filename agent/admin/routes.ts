import type { AgentApi } from "./contract.ts";

export type Operation = keyof AgentApi;

export type Route = { readonly method: "GET" | "POST" | "DELETE"; readonly path: string };

/**
 * Below /v1 reads without arguments are GET, and all else is POST with a JSON object. Below /admin is what the operator of a
 * relay needs, in the manner of REST; `{id}` is the request's `id`. Only that is served over TCP.
 */
export const ROUTES = {
  status: { method: "GET", path: "/v1/status" },
  peers: { method: "GET", path: "/v1/peers" },
  peerShow: { method: "POST", path: "/v1/peers/show" },
  init: { method: "POST", path: "/v1/init" },
  invite: { method: "POST", path: "/v1/invite" },
  inviteList: { method: "GET", path: "/v1/invites" },
  inviteWithdraw: { method: "POST", path: "/v1/invites/withdraw" },
  join: { method: "POST", path: "/v1/join" },
  leave: { method: "POST", path: "/v1/leave" },
  revoke: { method: "POST", path: "/v1/revoke" },
  rename: { method: "POST", path: "/v1/rename" },
  rotateKeys: { method: "POST", path: "/v1/rotate-keys" },
  ping: { method: "POST", path: "/v1/ping" },
  cacheList: { method: "GET", path: "/v1/cache" },
  cacheShow: { method: "POST", path: "/v1/cache/show" },
  cacheForget: { method: "POST", path: "/v1/cache/forget" },
  cacheExport: { method: "GET", path: "/v1/cache/export" },
  cacheImport: { method: "POST", path: "/v1/cache/import" },
  relayStart: { method: "POST", path: "/v1/relay/start" },
  relayStop: { method: "POST", path: "/v1/relay/stop" },
  relayStatus: { method: "GET", path: "/v1/relay" },
  relayToken: { method: "POST", path: "/v1/relay/token" },
  relayUseToken: { method: "POST", path: "/v1/relay/use-token" },
  relayList: { method: "GET", path: "/v1/relay/list" },
  relayBootstrapList: { method: "GET", path: "/v1/relay/bootstrap" },
  relayBootstrapAdd: { method: "POST", path: "/v1/relay/bootstrap/add" },
  relayBootstrapRemove: { method: "POST", path: "/v1/relay/bootstrap/remove" },
  relayExplain: { method: "POST", path: "/v1/relay/explain" },
  netcheck: { method: "GET", path: "/v1/netcheck" },
  netcheckLifetime: { method: "POST", path: "/v1/netcheck/lifetime" },
  shutdown: { method: "POST", path: "/v1/shutdown" },
  relayAllocations: { method: "GET", path: "/admin/allocations" },
  relayWatch: { method: "GET", path: "/admin/allocations?stream=1" },
  relayEnd: { method: "DELETE", path: "/admin/allocations/{id}" },
  relayStats: { method: "GET", path: "/admin/stats" },
} as const satisfies Record<Operation, Route>;

const ID = "{id}";

/** The route's path for this request. */
export function pathFor({ path }: Route, request: unknown): string {
  return path.replace(ID, () => (request as { readonly id: string }).id);
}

export type Asked = { readonly operation: Operation; readonly parameters: { readonly id?: string } };

/** `accept` is the header. Undefined where there is no such route. */
export function routeAt(method: string, url: string, accept = ""): Asked | undefined {
  // The two ways to ask for server-sent events: by a browser's EventSource or curl, and by the header that it sends.
  const isStream = url === ROUTES.relayAllocations.path && accept.includes("text/event-stream");
  const path = isStream ? ROUTES.relayWatch.path : url;
  for (const [name, route] of Object.entries(ROUTES)) {
    const parameters = route.method === method ? parametersOf(route.path, path) : undefined;
    if (parameters !== undefined) return { operation: name as Operation, parameters };
  }
  return undefined;
}

function parametersOf(route: string, path: string): Asked["parameters"] | undefined {
  if (!route.endsWith(ID)) return route === path ? {} : undefined;
  const start = route.slice(0, -ID.length);
  const id = path.slice(start.length);
  return path.startsWith(start) && /^[^/?]+$/.test(id) ? { id } : undefined;
}

/** What the client names as Host; a browser that was lured to a TCP variant would send another (DNS rebinding). */
export const API_HOST = "hopwire";

/** A token is the largest of the small requests, at some 2 KB. */
export const MAX_BODY_BYTES = 64 * 1024;
/** An exported cache: its bound of entries, at some 400 bytes each. */
export const MAX_IMPORT_BYTES = 8 * 1024 * 1024;

/** The wire form of an error, in a plain answer or as the last event of a stream. */
export type WireError = { readonly code: string; readonly message: string; readonly hint: string | null };

/** One line of a streamed answer (NDJSON); the last is always `done` or `error`. */
export type StreamLine =
  | { readonly event: "progress"; readonly data: unknown }
  | { readonly event: "done"; readonly result: unknown }
  | { readonly event: "error"; readonly error: WireError };
