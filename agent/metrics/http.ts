import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "../log.ts";
import { isForLoopback, listenOn } from "../loopback.ts";
import type { AgentMetrics } from "./registry.ts";
import type { MetricsView } from "./view.ts";

export type MetricsServerOptions = {
  /** Loopback, "127.0.0.1:9820" or "[::1]:9820". */
  readonly listen: string;
  readonly metrics: AgentMetrics;
  readonly read: () => Promise<MetricsView>;
  readonly log: Logger;
};

/** A scraper or two and a probe; each connection costs memory. */
const MAX_CONNECTIONS = 32;

type Answer = { readonly status: number; readonly type: string; readonly text: string };

/**
 * `/health`: the main loop turns. `/ready`: this host runs as a member of a network; 503 where not. `/metrics`: for Prometheus.
 * Needs no password, so it listens on loopback only. Owns the port.
 */
export class MetricsServer implements AsyncDisposable {
  readonly #options: MetricsServerOptions;
  readonly #server: Server;
  /** Scrapers that come at once share one reading. */
  #rendering: Promise<string> | undefined;

  /** Errors: port.taken. */
  static async listen(options: MetricsServerOptions): Promise<MetricsServer> {
    const server = new MetricsServer(options);
    await listenOn(server.#server, options.listen, "metrics.listen");
    server.#server.on("error", (err) => options.log.error({ err }, "the metrics' server failed"));
    return server;
  }

  private constructor(options: MetricsServerOptions) {
    this.#options = options;
    this.#server = createServer({ keepAliveTimeout: 5000, requestTimeout: 10_000, maxHeaderSize: 8192 });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on("request", (request, response) => void this.#serve(request, response));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => response.destroy());
    request.resume();
    const { status, type, text } = await this.#answer(request);
    if (response.destroyed) return;
    response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
    response.end(request.method === "HEAD" ? undefined : text);
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage): Promise<Answer> {
    if (request.method !== "GET" && request.method !== "HEAD") return json(405, { error: "only GET" });
    if (!isForLoopback(request.headers.host ?? "")) return json(403, { error: "the Host must be loopback" });
    try {
      switch (request.url) {
        case "/health":
          return json(200, { status: "ok" });
        case "/ready": {
          const { isMember } = await this.#options.read();
          return isMember ? json(200, { status: "ready" }) : json(503, { status: "in no network" });
        }
        case "/metrics":
          return { status: 200, type: this.#options.metrics.contentType, text: await this.#render() };
        case undefined:
          return json(404, { error: "not found" });
      }
      return json(404, { error: "not found" });
    } catch (error) {
      this.#options.log.warn({ err: error }, "metrics could not be read");
      return json(503, { status: "cannot be read; see the agent's log" });
    }
  }

  #render(): Promise<string> {
    const { metrics, read } = this.#options;
    this.#rendering ??= read()
      .then((view) => metrics.render(view))
      .finally(() => (this.#rendering = undefined));
    return this.#rendering;
  }
}

function json(status: number, body: Readonly<Record<string, string>>): Answer {
  return { status, type: "application/json", text: `${JSON.stringify(body)}\n` };
}
