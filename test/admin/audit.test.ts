import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AuditFile, MAX_AUDIT_BYTES } from "../../agent/admin/audit-file.ts";
import { agentClient } from "../../agent/admin/client.ts";
import type { AgentApi } from "../../agent/admin/contract.ts";
import { AdminServer } from "../../agent/admin/server.ts";
import { AgentError } from "../../agent/errors.ts";
import { silentLogger } from "../../agent/log.ts";
import { fakeApi, PAIR } from "./fake-api.ts";
import { keepingLogger, type LogLine } from "./log-lines.ts";

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), "hopwire-audit-"))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function audited(act: (socketPath: string) => Promise<unknown>, overrides: Partial<AgentApi> = {}) {
  const lines: LogLine[] = [];
  const log = keepingLogger(lines);
  await using server = await AdminServer.listen({ runtimeDir: dir, api: fakeApi([], overrides), log });
  await act(server.socketPath).catch(() => undefined);
  return lines.filter(({ component }) => component === "audit");
}

const line = (action: string, rest: object = {}) => ({
  component: "audit",
  level: "info",
  message: "admin action",
  via: "socket",
  action,
  target: undefined,
  outcome: "done",
  ...rest,
});

//
describe("the audit log", () => {
  it("has a line with its target for each operation that changes something, and for all of /admin", async () => {
    const lines = await audited(async (socketPath) => {
      const agent = agentClient(socketPath);
      await agent.init({ network: "home", name: "alice", prefix: undefined, endpoints: [] });
      await agent.invite({ name: "bob", expiresSec: 60 });
      await agent.join({ token: "t" }, () => undefined, new AbortController().signal);
      await agent.revoke({ name: "bob" });
      await agent.cacheForget({ name: "bob" });
      await agent.cacheImport({ document: {} });
      await agent.relayStart({ maxAllocations: undefined, ports: undefined });
      await agent.relayAllocations();
      await agent.relayStats();
      await agent.relayEnd({ id: PAIR.id });
      await agent.relayStop();
      await agent.leave();
      await agent.shutdown();
    });
    expect(lines).toEqual([
      line("init", { target: "alice in home" }),
      line("invite", { target: "bob" }),
      line("join"),
      line("revoke", { target: "bob" }),
      line("cacheForget", { target: "bob" }),
      line("cacheImport"),
      line("relayStart"),
      line("relayAllocations"),
      line("relayStats"),
      line("relayEnd", { target: PAIR.id }),
      line("relayStop"),
      line("leave"),
      line("shutdown"),
    ]);
  });

  it("has no line for what is only looked at over the socket", async () => {
    const lines = await audited(async (socketPath) => {
      const agent = agentClient(socketPath);
      await Promise.all([agent.status(), agent.peers(), agent.relayStatus(), agent.cacheExport()]);
    });
    expect(lines).toEqual([]);
  });

  it("has the code of what was refused, by the agent or for its shape", async () => {
    const leave = () => Promise.reject(new AgentError("network.none", "no network yet"));
    const lines = await audited(
      async (socketPath) => {
        const agent = agentClient(socketPath);
        await agent.leave().catch(() => undefined);
        await agent.revoke({ name: "../x" }).catch(() => undefined);
        await agent.relayEnd({ id: "f".repeat(32) });
      },
      { leave },
    );
    expect(lines).toEqual([
      line("leave", { outcome: "network.none" }),
      { ...line("revoke", { outcome: "usage.invalid" }), target: undefined },
      line("relayEnd", { target: "f".repeat(32), outcome: "allocation.unknown" }),
    ]);
  });

  it("has a stream of events from its beginning", async () => {
    const lines = await audited(async (socketPath) => {
      const reader = new AbortController();
      await agentClient(socketPath).relayWatch(() => reader.abort(), reader.signal);
    });
    expect(lines).toEqual([line("relayWatch", { outcome: "started" })]);
  });

  it("never has a token or an imported document", async () => {
    const lines = await audited(async (socketPath) => {
      const agent = agentClient(socketPath);
      await agent.join({ token: "hw1secret" }, () => undefined, new AbortController().signal);
      await agent.cacheImport({ document: { secret: "hw1secret" } });
      await agent.invite({ name: "bob", expiresSec: 60 });
    });
    expect(lines).toHaveLength(3);
    expect(JSON.stringify(lines)).not.toMatch(/hw1/);
  });

  it("goes to the file as well as to the agent's log", async () => {
    const path = join(dir, "audit.log");
    const auditFile = pino({ base: null }, new AuditFile(path, silentLogger));
    await using server = await AdminServer.listen({
      runtimeDir: dir,
      api: fakeApi([]),
      log: silentLogger,
      auditFile,
    });
    await agentClient(server.socketPath).revoke({ name: "bob" });
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      component: "audit",
      via: "socket",
      action: "revoke",
      target: "bob",
      outcome: "done",
      msg: "admin action",
    });
  });
});

describe("AuditFile", () => {
  it("is for its owner only, also where there was a file with wider rights", () => {
    const path = join(dir, "audit.log");
    writeFileSync(path, "before\n");
    chmodSync(path, 0o644);
    new AuditFile(path, silentLogger).write("line\n");
    expect(readFileSync(path, "utf8")).toBe("before\nline\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("is turned over once it is larger than its bound, and keeps one file of before", () => {
    const path = join(dir, "audit.log");
    const file = new AuditFile(path, silentLogger);
    writeFileSync(path, "x".repeat(MAX_AUDIT_BYTES - 1), { mode: 0o600 });
    file.write("y");
    expect(statSync(path).size).toBe(MAX_AUDIT_BYTES);
    file.write("z");
    expect(statSync(`${path}.1`).size).toBe(MAX_AUDIT_BYTES + 1);
    file.write("next\n");
    expect(readFileSync(path, "utf8")).toBe("next\n");
  });

  it("says once in the agent's log that it cannot be written, again after it could, and follows no link", () => {
    const path = join(dir, "audit.log");
    symlinkSync(join(dir, "elsewhere"), path);
    const lines: LogLine[] = [];
    const file = new AuditFile(path, keepingLogger(lines));
    file.write("line\n");
    file.write("line\n");
    expect(lines.map(({ message }) => message)).toEqual(["audit log not written"]);
    rmSync(path);
    file.write("line\n");
    rmSync(path);
    symlinkSync(join(dir, "elsewhere"), path);
    file.write("line\n");
    expect(lines).toHaveLength(2);
  });
});
