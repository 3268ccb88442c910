import { request as httpRequest, type IncomingMessage } from "node:http";
import { AgentError } from "../errors.ts";
import type { AgentApi, Emit } from "./contract.ts";
import { agentErrorOf } from "./failure.ts";
import {
  API_HOST,
  MAX_IMPORT_BYTES,
  pathFor,
  ROUTES,
  type Operation,
  type StreamLine,
  type WireError,
} from "./routes.ts";

/** The agent as a caller sees it: the same operations, and a shutdown that says which process is about to end. */
export type AgentClient = Omit<AgentApi, "shutdown"> & { shutdown(): Promise<{ readonly pid: number }> };

type Result<Op extends Operation> = Awaited<ReturnType<AgentApi[Op]>>;

/** The slowest plain call asks every server for its mapped address, with time-outs of seconds; after this the agent hangs. */
const CALL_TIMEOUT_MS = 30_000;

/** Every method rejects with what the agent answered, or with daemon.unreachable or rights.missing where it did not. */
export function agentClient(socketPath: string): AgentClient {
  const call = async <Op extends Operation>(operation: Op, body?: unknown): Promise<Result<Op>> =>
    (await callOnce(socketPath, operation, body)) as Result<Op>;
  return {
    status: () => call("status"),
    peers: () => call("peers"),
    peerShow: (body) => call("peerShow", body),
    init: (body) => call("init", body),
    invite: (body) => call("invite", body),
    inviteList: () => call("inviteList"),
    inviteWithdraw: (body) => call("inviteWithdraw", body),
    join: async (body, emit, signal) =>
      (await stream(socketPath, "join", body, emit as Emit<unknown>, signal)) as Result<"join">,
    leave: () => call("leave"),
    revoke: (body) => call("revoke", body),
    rename: (body) => call("rename", body),
    rotateKeys: () => call("rotateKeys"),
    ping: async (body, emit, signal) =>
      (await stream(socketPath, "ping", body, emit as Emit<unknown>, signal)) as Result<"ping">,
    cacheList: () => call("cacheList"),
    cacheShow: (body) => call("cacheShow", body),
    cacheForget: (body) => call("cacheForget", body),
    cacheExport: () => call("cacheExport"),
    cacheImport: (body) => call("cacheImport", body),
    relayStart: (body) => call("relayStart", body),
    relayStop: () => call("relayStop"),
    relayStatus: () => call("relayStatus"),
    relayToken: (body) => call("relayToken", body),
    relayUseToken: (body) => call("relayUseToken", body),
    relayList: () => call("relayList"),
    relayBootstrapList: () => call("relayBootstrapList"),
    relayBootstrapAdd: (body) => call("relayBootstrapAdd", body),
    relayBootstrapRemove: (body) => call("relayBootstrapRemove", body),
    relayExplain: (body) => call("relayExplain", body),
    relayAllocations: () => call("relayAllocations"),
    relayWatch: (emit, signal) => follow(socketPath, "relayWatch", emit as Emit<unknown>, signal),
    relayEnd: (body) => call("relayEnd", body),
    relayStats: () => call("relayStats"),
    netcheck: () => call("netcheck"),
    netcheckLifetime: async (emit, signal) =>
      (await stream(
        socketPath,
        "netcheckLifetime",
        {},
        emit as Emit<unknown>,
        signal,
      )) as Result<"netcheckLifetime">,
    shutdown: async () => (await callOnce(socketPath, "shutdown")) as { pid: number },
  };
}

async function callOnce(socketPath: string, operation: Operation, body?: unknown): Promise<unknown> {
  const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
  try {
    const response = await send(socketPath, operation, body, signal);
    const answer: unknown = JSON.parse(await textOf(response));
    if (response.statusCode === 200) return answer;
    throw agentErrorOf((answer as { error: WireError }).error);
  } catch (error) {
    throw reachFailure(error, socketPath);
  }
}

async function stream(
  socketPath: string,
  operation: Operation,
  body: unknown,
  emit: Emit<unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    for await (const text of linesFrom(socketPath, operation, body, signal)) {
      const line = JSON.parse(text) as StreamLine;
      switch (line.event) {
        case "progress":
          emit(line.data);
          break;
        case "done":
          return line.result;
        case "error":
          throw agentErrorOf(line.error);
      }
    }
    throw wentAway(socketPath);
  } catch (error) {
    signal.throwIfAborted();
    throw reachFailure(error, socketPath);
  }
}

/** Server-sent events, each with its data in one line, as our agent sends them. */
async function follow(
  socketPath: string,
  operation: Operation,
  emit: Emit<unknown>,
  signal: AbortSignal,
): Promise<never> {
  try {
    let event = "";
    for await (const line of linesFrom(socketPath, operation, undefined, signal)) {
      if (line.startsWith("event: ")) event = line.slice("event: ".length);
      if (!line.startsWith("data: ")) continue;
      const data: unknown = JSON.parse(line.slice("data: ".length));
      if (event === "error") throw agentErrorOf(data as WireError);
      emit(data);
    }
    throw wentAway(socketPath);
  } catch (error) {
    signal.throwIfAborted();
    throw reachFailure(error, socketPath);
  }
}

async function* linesFrom(
  socketPath: string,
  operation: Operation,
  body: unknown,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const response = await send(socketPath, operation, body, signal);
  if (response.statusCode !== 200) {
    throw agentErrorOf((JSON.parse(await textOf(response)) as { error: WireError }).error);
  }
  yield* linesOf(response);
}

function wentAway(socketPath: string): AgentError {
  return new AgentError("daemon.unreachable", `the agent at ${socketPath} went away`, {
    hint: "see whether it still runs: hopwire status",
  });
}

function send(
  socketPath: string,
  operation: Operation,
  body: unknown,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const route = ROUTES[operation];
  const { method } = route;
  const text = method === "POST" ? JSON.stringify(body ?? {}) : "";
  if (Buffer.byteLength(text) > MAX_IMPORT_BYTES) {
    return Promise.reject(
      new AgentError("usage.invalid", `the request is larger than ${MAX_IMPORT_BYTES} bytes`),
    );
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      socketPath,
      method,
      path: pathFor(route, body),
      signal,
      agent: false,
      headers: {
        host: API_HOST,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      },
    });
    request.once("response", resolve);
    request.once("error", reject);
    request.end(text);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = "";
  response.setEncoding("utf8");
  for await (const chunk of response as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

function reachFailure(error: unknown, socketPath: string): AgentError {
  if (error instanceof AgentError) return error;
  const { code = "", name } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EPERM") {
    return new AgentError("rights.missing", `no right to talk to the agent at ${socketPath}`, {
      hint: "run it as root, or join the group hopwire",
    });
  }
  if (name === "AbortError" || name === "TimeoutError") {
    return new AgentError("daemon.unreachable", `the agent at ${socketPath} does not answer`, {
      hint: "look into its log; where it hangs, kill the process that hopwire.pid beside the socket names",
    });
  }
  if (code === "ENOENT" || code === "ECONNREFUSED") {
    return new AgentError("daemon.unreachable", `no agent answers at ${socketPath}`, {
      hint: "start it with: hopwire up",
    });
  }
  const why = error instanceof SyntaxError ? "its answer is not JSON" : code === "" ? name : code;
  return new AgentError("daemon.unreachable", `the agent at ${socketPath} broke off: ${why}`, {
    hint: "see whether it still runs: hopwire status",
  });
}
