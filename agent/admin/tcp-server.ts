import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { formatEndpoint } from "../../protocol/endpoint.ts";
import type { Clock } from "../clock.ts";
import { AgentError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { isForLoopback, listenOn } from "../loopback.ts";
import type { Random } from "../random.ts";
import { RateWindow } from "../relay/server/guard/rate-window.ts";
import { AuditLog, type Caller } from "./audit-log.ts";
import type { BearerToken } from "./bearer-token.ts";
import type { AgentApi } from "./contract.ts";
import { handlersOf } from "./handlers.ts";
import { RequestHandler, sendError } from "./request-handler.ts";
import { ROUTES } from "./routes.ts";

export type TcpAdminServerOptions = {
  /** Loopback, "127.0.0.1:9821" or "[::1]:9821". */
  readonly listen: string;
  readonly token: BearerToken;
  readonly api: AgentApi;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Has the audit log's lines, as `log` has. */
  readonly auditFile?: Logger | undefined;
};

/** A dashboard or two and a script; each connection costs memory. */
const MAX_CONNECTIONS = 32;

/**
 * A minute's wrong tokens that are answered and logged each. 256 bits cannot be tried out at any pace, so the limit is
 * for the log and against misconfigured clients; the right token is always let in, or any local user could lock it out.
 */
const WRONG_TOKENS = { count: 10, windowMs: 60_000 };

/**
 * /admin over TCP, for who has the token: what a relay's operator needs, and nothing that concerns membership or keys. On
 * loopback only: it speaks no TLS, so the token would cross a network in the clear. Owns the port.
 */
export class TcpAdminServer implements AsyncDisposable {
  readonly #options: TcpAdminServerOptions;
  readonly #server: Server;
  readonly #handler: RequestHandler;
  readonly #audit: AuditLog;
  readonly #wrongTokens: RateWindow;
  readonly #closing = new AbortController();
  #suppressed = 0;

  /** Errors: port.taken. */
  static async listen(options: TcpAdminServerOptions): Promise<TcpAdminServer> {
    const server = new TcpAdminServer(options);
    await listenOn(server.#server, options.listen, "admin.listen");
    server.#server.on("error", (err) => options.log.error({ err }, "the admin API's server failed"));
    return server;
  }

  private constructor(options: TcpAdminServerOptions) {
    const { api, log, auditFile, random } = options;
    this.#options = options;
    this.#audit = new AuditLog([log, ...(auditFile === undefined ? [] : [auditFile])]);
    this.#wrongTokens = new RateWindow({ limit: WRONG_TOKENS, maxSources: 1, secret: random.bytes(32) });
    this.#handler = new RequestHandler({
      handlers: handlersOf(api),
      audit: this.#audit,
      log: log.child({ component: "admin" }),
      closing: this.#closing.signal,
      isServed: (operation) => ROUTES[operation].path.startsWith("/admin/"),
    });
    this.#server = createServer({ keepAliveTimeout: 5000, requestTimeout: 30_000, maxHeaderSize: 8192 });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on("request", (request, response) => void this.#answer(request, response));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends streams and drops connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new AgentError("daemon.unreachable", "the agent is stopping"));
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  /** Whom it lets in is decided before anything else of the request is looked at. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on("error", () => response.destroy());
    response.on("error", () => response.destroy());
    const { headers, socket } = request;
    const { remoteAddress: address = "", remotePort: port = 0 } = socket;
    const caller: Caller = { via: "tcp", remote: formatEndpoint({ address, port }) };
    if (!isForLoopback(headers.host ?? "") || headers.origin !== undefined) {
      const message = "requests from web pages, and for another Host than loopback, are refused";
      sendError(request, response, 403, { code: "rights.missing", message, hint: null });
    } else if (this.#options.token.matches(headers.authorization)) {
      await this.#handler.answer(request, response, caller);
    } else {
      this.#refuse(request, response, caller);
    }
  }

  /** RFC 6750, section 3. */
  #refuse(request: IncomingMessage, response: ServerResponse, caller: Caller): void {
    const hasToken = request.headers.authorization !== undefined;
    if (!this.#wrongTokens.admits("", this.#options.clock.monotonicNow())) {
      this.#suppressed++;
      response.setHeader("retry-after", String(WRONG_TOKENS.windowMs / 1000));
      response.setHeader("connection", "close");
      const message = "too many requests without the right token";
      sendError(request, response, 429, { code: "rights.missing", message, hint: null });
      return;
    }
    this.#audit.refused(caller, this.#suppressed);
    this.#suppressed = 0;
    const challenge = hasToken ? 'Bearer realm="hopwire", error="invalid_token"' : 'Bearer realm="hopwire"';
    response.setHeader("www-authenticate", challenge);
    sendError(request, response, 401, {
      code: "rights.missing",
      message: hasToken ? "that is not the token" : "a token is needed",
      hint: "send the header Authorization: Bearer TOKEN, with what is in admin.token-file",
    });
  }
}
