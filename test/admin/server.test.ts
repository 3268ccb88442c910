import {
  existsSync,
  linkSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { agentClient } from "../../agent/admin/client.ts";
import type { AgentApi } from "../../agent/admin/contract.ts";
import { AdminServer } from "../../agent/admin/server.ts";
import { isListening, readPid, socketPathIn } from "../../agent/admin/socket.ts";
import { AgentError } from "../../agent/errors.ts";
import { silentLogger, type Logger } from "../../agent/log.ts";
import { ALICE, fakeApi, PEERS, STATUS, type Call } from "./fake-api.ts";

let runtimeDir: string;
let calls: Call[];
beforeEach(() => {
  runtimeDir = mkdtempSync(join(tmpdir(), "hopwire-admin-"));
  calls = [];
});
afterEach(() => rmSync(runtimeDir, { recursive: true, force: true }));

const NEVER = new AbortController().signal;

function listen(overrides: Partial<AgentApi> = {}, log: Logger = silentLogger): Promise<AdminServer> {
  const groupFile = join(runtimeDir, "no-groups");
  return AdminServer.listen({ runtimeDir, api: fakeApi(calls, overrides), log, groupFile });
}

/** Sends bytes as they are and returns all that comes back until the other end closes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(socketPathIn(runtimeDir));
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString()));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
    socket.write(text);
  });
}

function post(path: string, body: string, headers = ""): Promise<string> {
  return raw(
    `POST ${path} HTTP/1.1\r\nHost: hopwire\r\nConnection: close\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

async function failureOf(promise: Promise<unknown>): Promise<AgentError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AgentError) return error;
  throw new Error("it did not fail with an AgentError");
}

describe("AdminServer", () => {
  //
  it("answers with what the agent says, as it is", async () => {
    await using server = await listen();
    const client = agentClient(server.socketPath);
    expect(await client.status()).toEqual(STATUS);
    expect(await client.peers()).toEqual(PEERS);
  });

  it("passes checked requests on, with the defaults filled in", async () => {
    await using server = await listen();
    await agentClient(server.socketPath).revoke({ name: "bob" });
    await post("/v1/ping", '{"name":"bob"}');
    expect(calls).toEqual([
      { operation: "revoke", request: { name: "bob" } },
      { operation: "ping", request: { name: "bob", count: 4, intervalMs: 1000, timeoutMs: 2000 } },
    ]);
  });

  it("streams the events of an operation before its result", async () => {
    await using server = await listen();
    const seen: unknown[] = [];
    const result = await agentClient(server.socketPath).join({ token: "t" }, (e) => seen.push(e), NEVER);
    expect(seen).toEqual([{ text: "asking carol for membership" }]);
    expect(result).toEqual(ALICE);
  });

  it("tells the caller of an error in the middle of a stream by its code", async () => {
    const join: AgentApi["join"] = (_request, emit) => {
      emit({ text: "asking" });
      return Promise.reject(new AgentError("invite.used", "it was used", { hint: "ask for another" }));
    };
    await using server = await listen({ join });
    const error = await failureOf(
      agentClient(server.socketPath).join({ token: "t" }, () => undefined, NEVER),
    );
    expect(error).toMatchObject({ code: "invite.used", message: "it was used", hint: "ask for another" });
  });

  it("aborts a stream whose caller has gone", async () => {
    const aborted = Promise.withResolvers<undefined>();
    const ping: AgentApi["ping"] = (request, emit, signal) => {
      emit({ seq: 1, rttMs: 1, path: { type: "none", endpoint: null, relay: null } });
      signal.addEventListener("abort", () => aborted.resolve(undefined));
      return aborted.promise.then(() => ({ name: request.name, address: "100.80.0.2" }));
    };
    await using server = await listen({ ping });
    const caller = new AbortController();
    const request = { name: "bob", count: 0, intervalMs: 1000, timeoutMs: 1000 };
    const reason = new AgentError("command.interrupted", "interrupted");
    const pinging = agentClient(server.socketPath).ping(request, () => caller.abort(reason), caller.signal);
    expect((await failureOf(pinging)).code).toBe("command.interrupted");
    await aborted.promise;
  });

  //
  it("hands an agent's error over with its code and hint", async () => {
    const hint = "found one with: hopwire init";
    const leave = () => Promise.reject(new AgentError("network.none", "no network yet", { hint }));
    await using server = await listen({ leave });
    expect(await failureOf(agentClient(server.socketPath).leave())).toMatchObject({
      code: "network.none",
      message: "no network yet",
      hint,
    });
  });

  it("keeps the text of a bug to its log", async () => {
    const logged: unknown[] = [];
    const log: Logger = {
      ...silentLogger,
      error: (fields: unknown) => void logged.push(fields),
      child: () => log,
    };
    const bug = new TypeError("private-key-of-alice");
    await using server = await listen(
      {
        leave: () => Promise.reject(bug),
        revoke: () => {
          throw bug;
        },
      },
      log,
    );
    const client = agentClient(server.socketPath);
    for (const call of [client.leave(), client.revoke({ name: "bob" })]) {
      const error = await failureOf(call);
      expect(error.code).toBe("internal.bug");
      expect(error.message).not.toContain("private-key-of-alice");
    }
    expect(logged).toEqual([{ err: bug }, { err: bug }]);
    expect(await client.status()).toEqual(STATUS);
  });

  it.each([
    ["a field of the wrong type", "/v1/revoke", '{"name":7}', "name must be a text"],
    ["a name that is no DNS label", "/v1/revoke", '{"name":"../x"}', "name must be 1 to 63"],
    ["a missing field", "/v1/revoke", "{}", "name is missing"],
    ["a misspelt field", "/v1/relay/start", '{"maxAllocation":3}', "maxAllocation is not known"],
    [
      "a range that runs backwards",
      "/v1/relay/start",
      '{"ports":{"first":9,"last":3}}',
      "ports must not run",
    ],
    ["what is no object", "/v1/leave", "[]", "the request must be a JSON object"],
    ["what is no JSON", "/v1/leave", "{", "the request is not JSON"],
    [
      "a prefix with host bits",
      "/v1/init",
      '{"network":"n","name":"a","prefix":"10.0.0.1/16"}',
      "prefix must be",
    ],
    [
      "an endpoint without a port",
      "/v1/init",
      '{"network":"n","name":"a","endpoints":["host"]}',
      `endpoints: \\"host\\" must be`,
    ],
    ["an invite for ever", "/v1/invite", '{"name":"a","expiresSec":1e12}', "expiresSec must be"],
  ])("refuses %s before the agent sees it", async (_what, path, body, message) => {
    await using _server = await listen();
    const answer = await post(path, body);
    expect(answer).toContain("HTTP/1.1 400");
    expect(answer).toContain('"code":"usage.invalid"');
    expect(answer).toContain(`"message":"${message}`);
    expect(calls).toEqual([]);
  });

  it.each([
    ["an unknown path", "/v1/nothing"],
    ["a wrong method", "/v1/status"],
    ["an id with a path behind it", "/admin/allocations/x/y"],
  ])("answers %s with 404", async (_what, path) => {
    await using _server = await listen();
    const answer = await post(path, "{}");
    expect(answer).toContain("HTTP/1.1 404");
    expect(answer).toContain(`"message":"there is no POST ${path}"`);
    expect(calls).toEqual([]);
  });

  it("refuses whatever a web page could send", async () => {
    await using _server = await listen();
    expect(await post("/v1/leave", "{}", "Origin: https://example.org\r\n")).toContain("HTTP/1.1 400");
    const foreign = await raw("POST /v1/leave HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n");
    expect(foreign).toContain("HTTP/1.1 400");
    expect(calls).toEqual([]);
  });

  it("refuses a large body by its announced length, and by its real one where none is announced", async () => {
    await using _server = await listen();
    const announced = await raw("POST /v1/leave HTTP/1.1\r\nHost: hopwire\r\nContent-Length: 65537\r\n\r\n");
    expect(announced).toContain("the request is larger than 65536 bytes");
    const chunk = `10000\r\n${" ".repeat(65_536)}\r\n1\r\n \r\n`;
    const chunked = await raw(
      `POST /v1/leave HTTP/1.1\r\nHost: hopwire\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    );
    expect(chunked).toContain("the request is larger than 65536 bytes");
    expect(calls).toEqual([]);
  });

  it("takes a cache that is larger than any other request", async () => {
    await using server = await listen();
    const document = { peers: "x".repeat(100_000) };
    expect(await agentClient(server.socketPath).cacheImport({ document })).toEqual({ added: 3, ignored: 1 });
  });

  it.each([
    ["text that is no HTTP", "hello\r\n\r\n"],
    ["zero bytes", "\0".repeat(64)],
    ["an endless header", `GET / HTTP/1.1\r\nX: ${"x".repeat(100_000)}\r\n\r\n`],
    ["no Host", "GET /v1/status HTTP/1.1\r\n\r\n"],
    [
      "contradicting lengths",
      "POST /v1/leave HTTP/1.1\r\nHost: hopwire\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ["a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01"],
  ])("lives on after %s", async (_what, bytes) => {
    await using server = await listen();
    expect(await raw(bytes)).not.toContain("HTTP/1.1 200");
    expect(await agentClient(server.socketPath).status()).toEqual(STATUS);
  });

  it("asks the agent to stop only after the answer has left", async () => {
    const stopped = Promise.withResolvers<undefined>();
    await using server = await listen({ shutdown: () => stopped.resolve(undefined) });
    expect(await agentClient(server.socketPath).shutdown()).toEqual({ pid: process.pid });
    await stopped.promise;
  });

  it("takes the place of an agent that died and left its socket", async () => {
    const path = socketPathIn(runtimeDir);
    const died = createServer();
    await new Promise<void>((resolve) => died.listen(path, resolve));
    // A second name survives the regular close, and then stands for what a killed agent leaves.
    linkSync(path, `${path}.left`);
    await new Promise((resolve) => died.close(resolve));
    renameSync(`${path}.left`, path);
    await using _server = await listen();
    expect(await isListening(path)).toBe(true);
  });

  it("leaves the place to an agent that lives", async () => {
    await using server = await listen();
    expect((await failureOf(listen())).code).toBe("daemon.running");
    expect(await agentClient(server.socketPath).status()).toEqual(STATUS);
    expect(readPid(runtimeDir)).toBe(process.pid);
  });

  it("leaves nothing behind when it is disposed of, and ends what still runs", async () => {
    const server = await listen({ ping: () => new Promise(() => undefined) });
    const request = { name: "bob", count: 0, intervalMs: 1000, timeoutMs: 1000 };
    const pinging = failureOf(agentClient(server.socketPath).ping(request, () => undefined, NEVER));
    await agentClient(server.socketPath).status();
    await server[Symbol.asyncDispose]();
    expect((await pinging).code).toBe("daemon.unreachable");
    expect(existsSync(server.socketPath)).toBe(false);
    expect(readPid(runtimeDir)).toBeUndefined();
  });

  it("is for its owner alone where there is no group hopwire", async () => {
    await using server = await listen();
    expect(statSync(server.socketPath).mode & 0o777).toBe(0o600);
  });

  it("is for the group hopwire where there is one", async () => {
    const groupFile = join(runtimeDir, "group");
    const groupId = process.getgid?.() ?? 0;
    writeFileSync(groupFile, `root:x:0:\nhopwire:x:${groupId}:alice\n`);
    await using server = await AdminServer.listen({
      runtimeDir,
      api: fakeApi(calls),
      log: silentLogger,
      groupFile,
    });
    expect(statSync(server.socketPath).mode & 0o777).toBe(0o660);
    expect(statSync(server.socketPath).gid).toBe(groupId);
  });

  it("names the directory in which it cannot make its socket", async () => {
    const file = join(runtimeDir, "file");
    writeFileSync(file, "");
    const error = await failureOf(
      AdminServer.listen({ runtimeDir: join(file, "x"), api: fakeApi(calls), log: silentLogger }),
    );
    expect(error.code).toBe("state.io");
    expect(error.message).toContain(join(file, "x", "hopwire.sock"));
  });
});

describe("agentClient", () => {
  it("says that no agent answers, and how to start one", async () => {
    expect(await failureOf(agentClient(socketPathIn(runtimeDir)).status())).toMatchObject({
      code: "daemon.unreachable",
      hint: "start it with: hopwire up",
    });
  });

  it("says that an agent broke off in the middle", async () => {
    const path = socketPathIn(runtimeDir);
    const server = createServer((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"));
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const client = agentClient(path);
    expect((await failureOf(client.status())).code).toBe("daemon.unreachable");
    expect((await failureOf(client.join({ token: "t" }, () => undefined, NEVER))).code).toBe(
      "daemon.unreachable",
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it("leaves a readable pid and directory also under a strict umask", async () => {
    const dir = join(runtimeDir, "run");
    const before = process.umask(0o077);
    try {
      await using _server = await AdminServer.listen({
        runtimeDir: dir,
        api: fakeApi(calls),
        log: silentLogger,
      });
      expect(statSync(dir).mode & 0o777).toBe(0o755);
      expect(statSync(join(dir, "hopwire.pid")).mode & 0o777).toBe(0o644);
      expect(readFileSync(join(dir, "hopwire.pid"), "utf8")).toBe(`${process.pid}\n`);
    } finally {
      process.umask(before);
    }
  });
});
