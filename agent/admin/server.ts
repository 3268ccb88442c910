import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AgentError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { AgentApi } from "./contract.ts";
import { AuditLog } from "./audit-log.ts";
import { handlersOf } from "./handlers.ts";
import { RequestHandler, sendError } from "./request-handler.ts";
import { isListening, pidPathIn, socketPathIn } from "./socket.ts";
import { API_HOST } from "./routes.ts";

export type AdminServerOptions = {
  readonly runtimeDir: string;
  readonly api: AgentApi;
  readonly log: Logger;
  /** Has the audit log's lines, as `log` has. */
  readonly auditFile?: Logger | undefined;
  /** Where the system keeps its groups; "/etc/group" outside tests. */
  readonly groupFile?: string;
};

/** Members of this group may use the socket; where it does not exist only root may. */
const GROUP = "hopwire";

/** A person, a web page and a monitor: more than this is a mistake, and each costs memory. */
const MAX_CONNECTIONS = 64;

/**
 * The local API: HTTP with JSON on a unix socket. Owns the socket and the pid file in the runtime directory, which are also
 * the lock: whoever listens is the one agent there, so take it before anything else is touched.
 */
export class AdminServer {
  readonly socketPath: string;
  readonly #pidPath: string;
  readonly #server: Server;
  readonly #handler: RequestHandler;
  readonly #log: Logger;
  readonly #closing = new AbortController();

  /** Errors: daemon.running, rights.missing, state.io. */
  static async listen(options: AdminServerOptions): Promise<AdminServer> {
    const server = new AdminServer(options);
    await server.#listen(options.runtimeDir, options.groupFile ?? "/etc/group");
    return server;
  }

  private constructor(options: AdminServerOptions) {
    this.socketPath = socketPathIn(options.runtimeDir);
    this.#pidPath = pidPathIn(options.runtimeDir);
    this.#log = options.log.child({ component: "admin" });
    this.#handler = new RequestHandler({
      handlers: handlersOf(options.api),
      audit: new AuditLog([options.log, ...(options.auditFile === undefined ? [] : [options.auditFile])]),
      log: this.#log,
      closing: this.#closing.signal,
      isServed: () => true,
    });
    this.#server = createServer({ keepAliveTimeout: 5000, requestTimeout: 30_000, maxHeaderSize: 8192 });
    this.#server.maxConnections = MAX_CONNECTIONS;
    this.#server.on("request", (request, response) => void this.#answer(request, response));
    this.#server.on("clientError", (_error, socket) => {
      if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
      else socket.destroy();
    });
  }

  /** Ends streams, drops connections, removes socket and pid file. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new AgentError("daemon.unreachable", "the agent is stopping"));
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    rmSync(this.#pidPath, { force: true });
  }

  async #listen(runtimeDir: string, groupFile: string): Promise<void> {
    try {
      // Modes are set apart from making: the agent's umask is 077. All may enter, the socket's own mode decides.
      if (mkdirSync(runtimeDir, { recursive: true }) !== undefined) chmodSync(runtimeDir, 0o755);
      await this.#removeStaleSocket();
      await new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen(this.socketPath, resolve);
      });
      this.#server.on("error", (err) => this.#log.error({ err }, "the local API failed"));
      admitGroup(this.socketPath, groupIdIn(groupFile));
      writeFileSync(this.#pidPath, `${process.pid}\n`);
      chmodSync(this.#pidPath, 0o644);
    } catch (error) {
      this.#server.close();
      throw listenFailure(error, runtimeDir, this.socketPath);
    }
  }

  async #removeStaleSocket(): Promise<void> {
    if (await isListening(this.socketPath)) {
      throw new AgentError("daemon.running", `an agent already answers at ${this.socketPath}`, {
        hint: "stop it with: hopwire down",
      });
    }
    rmSync(this.socketPath, { force: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on("error", () => response.destroy());
    response.on("error", () => response.destroy());
    const refusal = refusalOf(request);
    if (refusal === undefined) await this.#handler.answer(request, response, { via: "socket" });
    else sendError(request, response, 400, { code: "usage.invalid", message: refusal, hint: null });
  }
}

/** Undefined where there is no such group. */
function groupIdIn(groupFile: string): number | undefined {
  try {
    const line = new RegExp(`^${GROUP}:[^:]*:([0-9]+):`, "m").exec(readFileSync(groupFile, "utf8"));
    return line === null ? undefined : Number(line[1]);
  } catch {
    return undefined;
  }
}

function admitGroup(path: string, groupId: number | undefined): void {
  chmodSync(path, 0o600);
  if (groupId === undefined) return;
  try {
    chownSync(path, -1, groupId);
  } catch {
    // Not root and not in the group: the owner alone may use it.
    return;
  }
  chmodSync(path, 0o660);
}

function listenFailure(error: unknown, runtimeDir: string, socketPath: string): Error {
  if (error instanceof AgentError) return error;
  const { code = "unknown error" } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return new AgentError("daemon.running", `an agent already listens at ${socketPath}`);
  const rights = code === "EACCES" || code === "EPERM" || code === "EROFS";
  return new AgentError(
    rights ? "rights.missing" : "state.io",
    `cannot make the socket ${socketPath}: ${code}`,
    {
      hint: rights
        ? `run it as root, or choose another --runtime-dir than ${runtimeDir}`
        : `check ${runtimeDir}`,
    },
  );
}

/** A web page cannot open a unix socket; this is for whoever forwards the socket to a port. */
function refusalOf({ headers }: IncomingMessage): string | undefined {
  if (headers.origin !== undefined) return "requests from web pages are refused";
  const host = (headers.host ?? "").replace(/:[0-9]+$/, "");
  return host === API_HOST || host === "localhost"
    ? undefined
    : `the Host must be "${API_HOST}" or "localhost"`;
}
