import { request, type IncomingHttpHeaders } from "node:http";
import { describe, expect, it } from "vitest";
import { BearerToken } from "../../agent/admin/bearer-token.ts";
import { TcpAdminServer } from "../../agent/admin/tcp-server.ts";
import { systemClock } from "../../agent/clock.ts";
import { silentLogger } from "../../agent/log.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { fakeApi, PAIR, STATS, type Call } from "./fake-api.ts";
import { keepingLogger, type LogLine } from "./log-lines.ts";

const TOKEN = "3q2-7wABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijk";

type Serving = { readonly calls?: Call[]; readonly lines?: LogLine[]; readonly clock?: typeof systemClock };

function serving({ calls = [], lines, clock = systemClock }: Serving = {}): Promise<TcpAdminServer> {
  return TcpAdminServer.listen({
    listen: "127.0.0.1:0",
    token: new BearerToken(TOKEN),
    api: fakeApi(calls),
    clock,
    random: seededRandom(1),
    log: lines === undefined ? silentLogger : keepingLogger(lines),
  });
}

type Answer = {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
};

function ask(
  { port }: TcpAdminServer,
  path: string,
  {
    method = "GET",
    headers = {},
    token = TOKEN,
  }: { method?: string; headers?: Record<string, string>; token?: string } = {},
): Promise<Answer> {
  const authorization: Record<string, string> = token === "" ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    request(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        agent: false,
        headers: { host: "localhost", ...authorization, ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.once("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
      },
    )
      .once("error", reject)
      .end();
  });
}

//
describe("TcpAdminServer", () => {
  it("serves /admin to who has the token, and nothing else of the API", async () => {
    const calls: Call[] = [];
    await using server = await serving({ calls });
    const stats = await ask(server, "/admin/stats");
    expect([stats.status, JSON.parse(stats.text)]).toEqual([200, STATS]);
    expect((await ask(server, `/admin/allocations/${PAIR.id}`, { method: "DELETE" })).status).toBe(200);
    for (const [method, path] of [
      ["GET", "/v1/status"],
      ["POST", "/v1/shutdown"],
      ["GET", "/admin"],
    ] as const)
      expect((await ask(server, path, { method })).status).toBe(404);
    expect(calls.map(({ operation }) => operation)).toEqual(["relayStats", "relayEnd"]);
  });

  it("asks who has no token for one, and says of a wrong one that it is wrong", async () => {
    const calls: Call[] = [];
    await using server = await serving({ calls });
    const without = await ask(server, "/admin/stats", { token: "" });
    expect([without.status, without.headers["www-authenticate"]]).toEqual([401, 'Bearer realm="hopwire"']);
    for (const token of [TOKEN.slice(1), `${TOKEN}x`, TOKEN.toLowerCase()]) {
      const wrong = await ask(server, "/admin/stats", { token });
      expect(wrong.status).toBe(401);
      expect(wrong.headers["www-authenticate"]).toBe('Bearer realm="hopwire", error="invalid_token"');
    }
    const basic = { authorization: `Basic ${TOKEN}` };
    expect((await ask(server, "/admin/stats", { token: "", headers: basic })).status).toBe(401);
    // Paths are told apart for nobody else.
    expect((await ask(server, "/no/such/path", { token: "" })).status).toBe(401);
    expect(calls).toEqual([]);
  });

  it("refuses the eleventh wrong token of a minute without a line, and never the right one", async () => {
    const lines: LogLine[] = [];
    const clock = new FakeClock();
    await using server = await serving({ lines, clock });
    for (let i = 0; i < 10; i++)
      expect((await ask(server, "/admin/stats", { token: "no" })).status).toBe(401);
    const eleventh = await ask(server, "/admin/stats", { token: "no" });
    expect([eleventh.status, eleventh.headers["retry-after"]]).toEqual([429, "60"]);
    expect((await ask(server, "/admin/stats")).status).toBe(200);
    expect(lines.filter(({ message }) => message === "admin token refused")).toHaveLength(10);
    await clock.advance(60_000);
    expect((await ask(server, "/admin/stats", { token: "no" })).status).toBe(401);
    expect(lines.at(-1)).toMatchObject({ via: "tcp", suppressed: 1, component: "audit", level: "warn" });
  });

  it("refuses web pages and names that were made to resolve to this host, before it looks at the token", async () => {
    await using server = await serving();
    expect((await ask(server, "/admin/stats", { headers: { host: "evil.example" } })).status).toBe(403);
    expect((await ask(server, "/admin/stats", { headers: { origin: "http://localhost" } })).status).toBe(403);
    expect((await ask(server, "/admin/stats", { headers: { host: "[::1]:9821" } })).status).toBe(200);
  });

  it("has each action in the audit log with where it came from, and the token in no line", async () => {
    const lines: LogLine[] = [];
    await using server = await serving({ lines });
    await ask(server, "/admin/stats");
    await ask(server, "/admin/stats", { token: `${TOKEN}x` });
    expect(lines).toEqual([
      expect.objectContaining({
        component: "audit",
        via: "tcp",
        remote: expect.stringMatching(/^127\.0\.0\.1:[0-9]+$/) as string,
        action: "relayStats",
        outcome: "done",
      }) as LogLine,
      expect.objectContaining({ component: "audit", message: "admin token refused" }) as LogLine,
    ]);
    expect(JSON.stringify(lines)).not.toContain(TOKEN);
  });

  it("says that the port is taken", async () => {
    await using server = await serving();
    const options = {
      token: new BearerToken(TOKEN),
      api: fakeApi([]),
      clock: systemClock,
      log: silentLogger,
    };
    const listen = `127.0.0.1:${server.port}`;
    await expect(
      TcpAdminServer.listen({ ...options, listen, random: seededRandom(1) }),
    ).rejects.toMatchObject({ code: "port.taken", hint: "choose another admin.listen" });
  });
});
