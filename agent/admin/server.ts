import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AgentError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { AgentApi } from "./contract.ts";
import { errorAnswer, wireErrorOf } from "./failure.ts";
import { handlersOf, operationAt, type Handlers } from "./handlers.ts";
import { isListening, pidPathIn, socketPathIn } from "./socket.ts";
import { API_HOST, MAX_BODY_BYTES, MAX_IMPORT_BYTES, type Operation, type StreamLine } from "./routes.ts";

export type AdminServerOptions = {
  readonly runtimeDir: string;
  readonly api: AgentApi;
  readonly log: Logger;
  /** Where the system keeps its groups; "/etc/group" outside tests. */
  readonly groupFile?: string;
};

/** Members of this group may use the socket; where it does not exist only root may. */
const GROUP = "hopwire";

/** A person, a web page and a monitor: more than this is a mistake, and each costs memory. */
const MAX_CONNECTIONS = 64;

/** What a stream's reader may lag behind before it is dropped: `ping` at its fastest for some minutes. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/**
 * The local API: HTTP with JSON on a unix socket. Owns the socket and the pid file in the runtime directory, which are also
 * the lock: whoever listens is the one agent there, so take it before anything else is touched.
 */
export class AdminServer {
  readonly socketPath: string;
  readonly #pidPath: string;
  readonly #server: Server;
  readonly #handlers: Handlers;
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
    this.#handlers = handlersOf(options.api);
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
    try {
      refuseForeign(request);
      const operation = operationAt(request.method ?? "", request.url ?? "");
      const body = await readBody(request, operation === "cacheImport" ? MAX_IMPORT_BYTES : MAX_BODY_BYTES);
      await this.#perform(operation, body, response);
    } catch (error) {
      const { status, body } = errorAnswer(wireErrorOf(error, this.#log));
      // A body that was refused unread must not be taken for the next request.
      if (!request.complete) response.setHeader("connection", "close");
      sendJson(response, status, body);
    }
  }

  async #perform(operation: Operation, body: unknown, response: ServerResponse): Promise<void> {
    const handler = this.#handlers[operation];
    switch (handler.kind) {
      case "call":
        sendJson(response, 200, await handler.call(body));
        return;
      case "stream":
        await this.#stream(handler.prepare(body), response);
        return;
      case "shutdown":
        handler.check(body);
        // Whether the caller still listens or not: it asked, so the agent stops.
        response.once("close", () => handler.shutdown());
        response.setHeader("connection", "close");
        sendJson(response, 200, { pid: process.pid });
        return;
    }
  }

  async #stream(
    run: (emit: (data: unknown) => void, signal: AbortSignal) => Promise<unknown>,
    response: ServerResponse,
  ): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort(new AgentError("daemon.unreachable", "the caller has gone")));
    const write = (line: StreamLine): void => {
      if (response.writableEnded || response.destroyed) return;
      response.write(`${JSON.stringify(line)}\n`);
      if (response.writableLength > MAX_UNREAD_BYTES) response.destroy();
    };
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.flushHeaders();
    try {
      const signal = AbortSignal.any([gone.signal, this.#closing.signal]);
      const result = await run((data) => write({ event: "progress", data }), signal);
      write({ event: "done", result });
    } catch (error) {
      if (!gone.signal.aborted) write({ event: "error", error: wireErrorOf(error, this.#log) });
    }
    response.end();
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
function refuseForeign(request: IncomingMessage): void {
  if (request.headers.origin !== undefined) {
    throw new AgentError("usage.invalid", "requests from web pages are refused");
  }
  const host = (request.headers.host ?? "").replace(/:[0-9]+$/, "");
  if (host !== API_HOST && host !== "localhost") {
    throw new AgentError("usage.invalid", `the Host must be "${API_HOST}" or "localhost"`);
  }
}

async function readBody(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  const tooLarge = new AgentError("usage.invalid", `the request is larger than ${limitBytes} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw tooLarge;
    chunks.push(chunk);
  }
  if (bytes === 0) return {};
  const body = parseJson(Buffer.concat(chunks).toString("utf8"));
  // Arrays pass as objects with the schemas' library.
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  throw new AgentError("usage.invalid", "the request must be a JSON object");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AgentError("usage.invalid", "the request is not JSON");
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}
