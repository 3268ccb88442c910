import type { IncomingMessage, ServerResponse } from "node:http";
import { AgentError, isAgentErrorCode, type AgentErrorCode } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { AuditLog, Caller } from "./audit-log.ts";
import { statusOfError, wireErrorOf } from "./failure.ts";
import type { Handler, Handlers } from "./handlers.ts";
import {
  MAX_BODY_BYTES,
  MAX_IMPORT_BYTES,
  routeAt,
  type Operation,
  type StreamLine,
  type WireError,
} from "./routes.ts";

/** What a stream's reader may lag behind before it is dropped: `ping` at its fastest for some minutes. */
const MAX_UNREAD_BYTES = 1024 * 1024;

/** A snapshot of the largest relay, 10,000 allocations at some 600 bytes, and what changes while it is read. */
const MAX_UNREAD_EVENT_BYTES = 16 * 1024 * 1024;

export type RequestHandlerParts = {
  readonly handlers: Handlers;
  readonly audit: AuditLog;
  readonly log: Logger;
  /** Ends streams. */
  readonly closing: AbortSignal;
  /** What is not served does not exist for the caller. */
  readonly isServed: (operation: Operation) => boolean;
};

type Run = ReturnType<Handler["prepare"]>["run"];

/** Performs requests of whoever was let in, and has each action in the audit log. */
export class RequestHandler {
  readonly #parts: RequestHandlerParts;

  constructor(parts: RequestHandlerParts) {
    this.#parts = parts;
  }

  /** Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const { method = "", url = "", headers } = request;
    const asked = routeAt(method, url, headers.accept);
    if (asked === undefined || !this.#parts.isServed(asked.operation)) {
      const message = `there is no ${method.slice(0, 16)} ${url.slice(0, 100)}`;
      sendError(request, response, 404, { code: "usage.invalid", message, hint: null });
      return;
    }
    const { operation, parameters } = asked;
    try {
      const body = await readBody(request, operation === "cacheImport" ? MAX_IMPORT_BYTES : MAX_BODY_BYTES);
      await this.#perform(operation, { ...body, ...parameters }, response, caller);
    } catch (error) {
      const wireError = wireErrorOf(error, this.#parts.log);
      this.#parts.audit.write(caller, { action: operation, outcome: codeOf(wireError) });
      sendError(request, response, statusOfError(wireError), wireError);
    }
  }

  async #perform(action: Operation, body: unknown, response: ServerResponse, caller: Caller): Promise<void> {
    const { kind, prepare } = this.#parts.handlers[action];
    const { target, run } = prepare(body);
    const end = (outcome: "done" | "started" | AgentErrorCode): void =>
      this.#parts.audit.write(caller, { action, target, outcome });
    switch (kind) {
      case "call":
        await this.#call(run, response, end);
        return;
      case "stream":
        end(await this.#stream(run, response));
        return;
      case "events":
        end("started");
        await this.#sendEvents(run, response);
        return;
      case "shutdown":
        end("done");
        // Whether the caller still listens or not: it asked, so the agent stops.
        response.once("close", () => void run(ignore, this.#parts.closing));
        response.setHeader("connection", "close");
        sendJson(response, 200, { pid: process.pid });
        return;
    }
  }

  /** The line is written before the answer: who has the answer finds it. */
  async #call(
    run: Run,
    response: ServerResponse,
    end: (outcome: "done" | AgentErrorCode) => void,
  ): Promise<void> {
    let answer: { readonly result: unknown } | { readonly error: WireError };
    try {
      answer = { result: await run(ignore, this.#parts.closing) };
    } catch (error) {
      answer = { error: wireErrorOf(error, this.#parts.log) };
    }
    end("error" in answer ? codeOf(answer.error) : "done");
    if ("error" in answer) sendJson(response, statusOfError(answer.error), answer);
    else sendJson(response, 200, answer.result);
  }

  async #stream(run: Run, response: ServerResponse): Promise<"done" | AgentErrorCode> {
    const write = (line: StreamLine): void => push(response, `${JSON.stringify(line)}\n`, MAX_UNREAD_BYTES);
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.flushHeaders();
    const signal = this.#untilGone(response);
    try {
      const result = await run((data) => write({ event: "progress", data }), signal);
      write({ event: "done", result });
      return "done";
    } catch (error) {
      const wireError = wireErrorOf(error, this.#parts.log);
      write({ event: "error", error: wireError });
      return codeOf(wireError);
    } finally {
      response.end();
    }
  }

  /** HTML standard, section 9.2. An event's name is in its data, too. */
  async #sendEvents(run: Run, response: ServerResponse): Promise<void> {
    const write = (event: string, data: unknown): void =>
      push(response, `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`, MAX_UNREAD_EVENT_BYTES);
    const begin = (): void => {
      if (response.headersSent) return;
      // Proxies that gather an answer before they pass it on would pass on nothing.
      const headers = { "cache-control": "no-store", "x-accel-buffering": "no" };
      response.writeHead(200, { "content-type": "text/event-stream", ...headers });
    };
    try {
      const emit = (data: unknown): void => {
        begin();
        write((data as { readonly event: string }).event, data);
      };
      await run(emit, this.#untilGone(response));
    } catch (error) {
      const wireError = wireErrorOf(error, this.#parts.log);
      if (!response.headersSent) {
        sendJson(response, statusOfError(wireError), { error: wireError });
        return;
      }
      write("error", wireError);
    }
    response.end();
  }

  #untilGone(response: ServerResponse): AbortSignal {
    const gone = new AbortController();
    response.once("close", () => gone.abort(new AgentError("daemon.unreachable", "the caller has gone")));
    return AbortSignal.any([gone.signal, this.#parts.closing]);
  }
}

const ignore = (): void => undefined;

/** A reader that does not read is dropped. */
function push(response: ServerResponse, text: string, maxUnreadBytes: number): void {
  if (response.writableEnded || response.destroyed) return;
  response.write(text);
  if (response.writableLength > maxUnreadBytes) response.destroy();
}

function codeOf({ code }: WireError): AgentErrorCode {
  return isAgentErrorCode(code) ? code : "internal.bug";
}

/** The answer to a request that is refused, maybe with its body unread. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  error: WireError,
): void {
  // A body that was refused unread must not be taken for the next request.
  if (!request.complete && !response.headersSent) response.setHeader("connection", "close");
  sendJson(response, status, { error });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}

async function readBody(request: IncomingMessage, limitBytes: number): Promise<object> {
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
