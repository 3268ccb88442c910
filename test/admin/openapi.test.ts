import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AdminServer } from "../../agent/admin/server.ts";
import { ROUTES } from "../../agent/admin/routes.ts";
import { silentLogger } from "../../agent/log.ts";
import { openApiText } from "../../scripts/openapi.ts";
import { EVENTS, fakeApi, PAIR } from "./fake-api.ts";
import { faultsOf, type Components } from "./json-schema.ts";

type Document = {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Components };
};
type Operation = {
  readonly responses: Readonly<
    Record<
      string,
      { readonly content: Readonly<Record<string, { readonly schema: Record<string, unknown> }>> }
    >
  >;
};

const text = readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8");
const document = JSON.parse(text) as Document;
const { schemas } = document.components;

let dir: string;
let server: AdminServer;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "hopwire-openapi-"));
  server = await AdminServer.listen({ runtimeDir: dir, api: fakeApi([]), log: silentLogger });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

function ask(method: string, path: string): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const { socketPath } = server;
    request({ socketPath, method, path, agent: false, headers: { host: "hopwire" } }, (response) => {
      let answer = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) }));
    })
      .once("error", reject)
      .end();
  });
}

//
describe("docs/openapi.json", () => {
  it("is up to date (else run scripts/openapi)", async () => {
    expect(text).toBe(await openApiText());
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  it("has every route below /admin, and no other", () => {
    const routes = Object.values(ROUTES)
      .filter(({ path }) => path.startsWith("/admin/"))
      .map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`);
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(new Set(documented)).toEqual(new Set(routes));
  });

  it.each([
    ["GET", "/admin/allocations", "/admin/allocations", 200],
    ["DELETE", `/admin/allocations/${PAIR.id}`, "/admin/allocations/{id}", 200],
    ["DELETE", `/admin/allocations/${"0".repeat(32)}`, "/admin/allocations/{id}", 404],
    ["DELETE", "/admin/allocations/bob", "/admin/allocations/{id}", 400],
    ["GET", "/admin/stats", "/admin/stats", 200],
  ])("describes what %s %s really answers", async (method, path, route, expected) => {
    const { status, body } = await ask(method, path);
    expect(status).toBe(expected);
    const schema =
      document.paths[route]?.[method.toLowerCase()]?.responses[`${status}`]?.content["application/json"];
    expect(faultsOf(schemas, schema?.schema ?? {}, body)).toEqual([]);
    expect(schema).toBeDefined();
  });

  it("describes every event", () => {
    const schema = schemas["AllocationEvent"] ?? {};
    for (const event of EVENTS) expect(faultsOf(schemas, schema, event)).toEqual([]);
    expect(faultsOf(schemas, schema, { event: "opened" })).not.toEqual([]);
  });

  it.each([
    { port: -1 },
    { port: "40001" },
    { tier: "gold" },
    { legs: [PAIR.legs[0]] },
    { legs: [...PAIR.legs, PAIR.legs[0]] },
    { drops: { "over-rate": "3" } },
    { id: "x" },
    { requestedBy: { name: "alice" } },
    { secret: 1 },
  ])("is held against answers by a check that would find %j", (fault) => {
    expect(faultsOf(schemas, schemas["Allocation"] ?? {}, { ...PAIR, ...fault })).not.toEqual([]);
  });
});
