import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { MetricsServer } from "../../agent/metrics/http.ts";
import { AgentMetrics } from "../../agent/metrics/registry.ts";
import type { MetricsView } from "../../agent/metrics/view.ts";
import { view } from "./samples.ts";

const serving = (read: () => Promise<MetricsView> = () => Promise.resolve(view())) =>
  MetricsServer.listen({ listen: "127.0.0.1:0", metrics: new AgentMetrics(), read, log: silentLogger });

type Asked = { readonly method?: string; readonly host?: string };

function ask({ port }: MetricsServer, path: string, { method = "GET", host = "localhost" }: Asked = {}) {
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, method, headers: { host }, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.once("end", () => resolve({ status: response.statusCode, text }));
    })
      .once("error", reject)
      .end();
  });
}

//
describe("MetricsServer", () => {
  it("answers health, readiness and metrics, and nothing else", async () => {
    await using server = await serving();
    expect(await ask(server, "/health")).toEqual({ status: 200, text: '{"status":"ok"}\n' });
    expect((await ask(server, "/ready")).status).toBe(200);
    const { status, text } = await ask(server, "/metrics");
    expect(status).toBe(200);
    expect(text).toContain('hopwire_info{version="0.1.0"} 1\n');
    expect((await ask(server, "/")).status).toBe(404);
    expect((await ask(server, "/metrics", { method: "POST" })).status).toBe(405);
  });

  it("is healthy but not ready while the host is in no network", async () => {
    await using server = await serving(() => Promise.resolve(view({ isMember: false })));
    expect((await ask(server, "/health")).status).toBe(200);
    expect((await ask(server, "/ready")).status).toBe(503);
  });

  it("answers 503 where the agent cannot be read, and goes on", async () => {
    let broken = true;
    await using server = await serving(() =>
      broken ? Promise.reject(new Error("wg is gone")) : Promise.resolve(view()),
    );
    const refusal = await ask(server, "/metrics");
    expect(refusal.status).toBe(503);
    expect(refusal.text).not.toContain("wg is gone");
    broken = false;
    expect((await ask(server, "/metrics")).status).toBe(200);
  });

  it("reads the agent once for scrapers that come at once", async () => {
    let readings = 0;
    const gate = Promise.withResolvers<undefined>();
    await using server = await serving(async () => {
      if (++readings === 2) gate.resolve(undefined);
      await gate.promise;
      return view();
    });
    const both = [ask(server, "/metrics"), ask(server, "/metrics")];
    // Asked on a connection that was opened after both.
    await ask(server, "/health");
    gate.resolve(undefined);
    for (const { status } of await Promise.all(both)) expect(status).toBe(200);
    expect(readings).toBe(1);
  });

  it("refuses a name that was made to resolve to this host", async () => {
    await using server = await serving();
    expect((await ask(server, "/metrics", { host: "evil.example" })).status).toBe(403);
    expect((await ask(server, "/metrics", { host: "[::1]:9820" })).status).toBe(200);
  });

  it("says that the port is taken", async () => {
    await using server = await serving();
    const second = MetricsServer.listen({
      listen: `127.0.0.1:${server.port}`,
      metrics: new AgentMetrics(),
      read: () => Promise.resolve(view()),
      log: silentLogger,
    });
    await expect(second).rejects.toMatchObject({ code: "port.taken" });
  });
});
