import type { AgentApi } from "./contract.ts";

export type Operation = keyof AgentApi;

export type Route = { readonly method: "GET" | "POST"; readonly path: string };

/** Reads without arguments are GET; all else is POST with a JSON object. */
export const ROUTES = {
  status: { method: "GET", path: "/v1/status" },
  peers: { method: "GET", path: "/v1/peers" },
  init: { method: "POST", path: "/v1/init" },
  invite: { method: "POST", path: "/v1/invite" },
  join: { method: "POST", path: "/v1/join" },
  leave: { method: "POST", path: "/v1/leave" },
  revoke: { method: "POST", path: "/v1/revoke" },
  ping: { method: "POST", path: "/v1/ping" },
  cacheList: { method: "GET", path: "/v1/cache" },
  cacheShow: { method: "POST", path: "/v1/cache/show" },
  cacheForget: { method: "POST", path: "/v1/cache/forget" },
  cacheExport: { method: "GET", path: "/v1/cache/export" },
  cacheImport: { method: "POST", path: "/v1/cache/import" },
  relayStart: { method: "POST", path: "/v1/relay/start" },
  relayStop: { method: "POST", path: "/v1/relay/stop" },
  relayStatus: { method: "GET", path: "/v1/relay" },
  relayList: { method: "GET", path: "/v1/relay/list" },
  netcheck: { method: "GET", path: "/v1/netcheck" },
  shutdown: { method: "POST", path: "/v1/shutdown" },
} as const satisfies Record<Operation, Route>;

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
