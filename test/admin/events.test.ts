import { mkdtempSync, rmSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { agentClient } from "../../agent/admin/client.ts";
import type { AgentApi } from "../../agent/admin/contract.ts";
import { AdminServer } from "../../agent/admin/server.ts";
import { AgentError } from "../../agent/errors.ts";
import { silentLogger } from "../../agent/log.ts";
import { EVENTS, fakeApi, PAIR } from "./fake-api.ts";

let runtimeDir: string;
beforeEach(() => void (runtimeDir = mkdtempSync(join(tmpdir(), "hopwire-events-"))));
afterEach(() => rmSync(runtimeDir, { recursive: true, force: true }));

const listen = (overrides: Partial<AgentApi> = {}) =>
  AdminServer.listen({ runtimeDir, api: fakeApi([], overrides), log: silentLogger });

function get({ socketPath }: AdminServer, path: string, accept = "*/*"): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path, agent: false, headers: { host: "hopwire", accept } }, resolve)
      .once("error", reject)
      .end();
  });
}

/** Up to and with the text. */
async function readUntil(response: IncomingMessage, end: string): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.includes(end)) break;
  }
  return text;
}

//
describe("the stream of allocations", () => {
  it.each([
    ["?stream=1", "*/*"],
    ["", "text/event-stream"],
    ["?stream=1", "text/event-stream"],
  ])("is asked for by %s with Accept %s, and has an event's name beside its data", async (query, accept) => {
    await using server = await listen();
    const response = await get(server, `/admin/allocations${query}`, accept);
    expect(response.headers["content-type"]).toBe("text/event-stream");
    const text = await readUntil(response, "event: alive\n");
    expect(text).toContain(
      `event: opened\ndata: ${JSON.stringify(EVENTS.find(({ event }) => event === "opened"))}\n\n`,
    );
    response.destroy();
  });

  it("is not what a plain request gets", async () => {
    await using server = await listen();
    const response = await get(server, "/admin/allocations");
    expect(response.headers["content-type"]).toBe("application/json");
    response.resume();
  });

  it("reaches the client event by event, until it has had enough", async () => {
    await using server = await listen();
    const seen: unknown[] = [];
    const reader = new AbortController();
    const enough = new AgentError("command.interrupted", "interrupted");
    const watching = agentClient(server.socketPath).relayWatch((event) => {
      seen.push(event);
      if (seen.length === EVENTS.length) reader.abort(enough);
    }, reader.signal);
    await expect(watching).rejects.toBe(enough);
    expect(seen).toEqual(EVENTS);
  });

  it("is refused as any request where it cannot begin", async () => {
    const none = new AgentError("network.none", "no network yet");
    await using server = await listen({ relayWatch: () => Promise.reject(none) });
    const response = await get(server, "/admin/allocations?stream=1");
    expect(response.statusCode).toBe(422);
    response.resume();
    await expect(
      agentClient(server.socketPath).relayWatch(() => undefined, new AbortController().signal),
    ).rejects.toMatchObject({ code: "network.none" });
  });

  it("says as its last event why it broke off", async () => {
    const relayWatch: AgentApi["relayWatch"] = (emit) => {
      emit({ event: "alive" });
      return Promise.reject(new AgentError("network.none", "the network is gone"));
    };
    await using server = await listen({ relayWatch });
    const seen: unknown[] = [];
    await expect(
      agentClient(server.socketPath).relayWatch((event) => seen.push(event), new AbortController().signal),
    ).rejects.toMatchObject({ code: "network.none", message: "the network is gone" });
    expect(seen).toEqual([{ event: "alive" }]);
  });

  it("ends at the agent when its reader has gone", async () => {
    const gone = Promise.withResolvers<undefined>();
    const relayWatch: AgentApi["relayWatch"] = (emit, signal) => {
      emit({ event: "alive" });
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          gone.resolve(undefined);
          reject(signal.reason as Error);
        });
      });
    };
    await using server = await listen({ relayWatch });
    const response = await get(server, "/admin/allocations?stream=1");
    response.destroy();
    await gone.promise;
  });

  it("drops a reader that does not read", async () => {
    const dropped = Promise.withResolvers<undefined>();
    const relayWatch: AgentApi["relayWatch"] = (emit, signal) => {
      const allocations = Array.from({ length: 1000 }, () => PAIR);
      for (let i = 0; i < 40; i++) emit({ event: "changed", allocations });
      return new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          dropped.resolve(undefined);
          reject(signal.reason as Error);
        });
      });
    };
    await using server = await listen({ relayWatch });
    const reading = get(server, "/admin/allocations?stream=1");
    reading.then(
      (response) => response.on("error", () => undefined),
      () => undefined,
    );
    await dropped.promise;
  });
});
