import { randomBytes } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { AllocationEvent, AllocationList, RelayedPair } from "../../agent/admin/relay-schemas.ts";
import { faultsOf, type Components } from "../admin/json-schema.ts";
import { describeLab } from "../lab/describe-lab.ts";
import { HARD_NAT, Mesh } from "./mesh.ts";

const LISTEN = "127.0.0.1:9821";

const { components } = JSON.parse(
  readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8"),
) as { components: { schemas: Components } };

const faults = (schema: string, value: unknown): string[] =>
  faultsOf(components.schemas, components.schemas[schema] ?? {}, value);

/** Asks from inside the volunteer's network namespace: `status`, and the body's JSON. */
const ASK = `
  const [url, method, token] = process.argv.slice(1);
  const headers = token ? { authorization: "Bearer " + token } : {};
  fetch(url, { method, headers }).then(async (answer) =>
    console.log(JSON.stringify({ status: answer.status, body: await answer.json() })));
`;

//
describeLab("the operator of a relay", () => {
  let mesh: Mesh;
  let token: string;
  const events: AllocationEvent[] = [];
  const reader = new AbortController();
  let watching: Promise<unknown>;

  const onlyPair = ({ allocations }: AllocationList): RelayedPair => {
    const [pair] = allocations;
    if (pair === undefined || allocations.length > 1) throw new Error(`${allocations.length} allocations`);
    return pair;
  };
  const auditLines = (): Record<string, unknown>[] =>
    readFileSync(join(mesh.v.directory, "state/audit.log"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const ask = async (path: string, method = "GET", withToken = token) => {
    const args = ["-e", ASK, `http://${LISTEN}${path}`, method, withToken];
    const { stdout, stderr } = await mesh.v.host.run(process.execPath, args);
    expect(stderr).toBe("");
    return JSON.parse(stdout) as { status: number; body: unknown };
  };
  const bothRelayed = () =>
    Promise.all([mesh.a.waitForPath("b", "relayed"), mesh.b.waitForPath("a", "relayed")]);

  beforeAll(async () => {
    mesh = await Mesh.create("admin", HARD_NAT);
    const tokenFile = join(mesh.v.directory, "admin-token");
    token = randomBytes(32).toString("base64");
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    await Promise.all([
      mesh.found({ HOPWIRE_ADMIN_LISTEN: LISTEN, HOPWIRE_ADMIN_TOKEN_FILE: tokenFile }),
      mesh.a.start(),
      mesh.b.start(),
    ]);
    watching = mesh.v.api.relayWatch((event) => events.push(event), reader.signal).catch(() => undefined);
    await mesh.admit(mesh.a);
    await mesh.admit(mesh.b);
    await bothRelayed();
  });
  afterAll(async () => {
    reader.abort();
    await watching;
    await mesh[Symbol.asyncDispose]();
  });

  it("sees who is relayed, from where, within which limits and how much", async () => {
    await mesh.a.must("ping", "b", "--count", "3", "--interval", "50");
    const bothLegs = async (): Promise<(string | null)[]> =>
      onlyPair(await mesh.v.api.relayAllocations()).legs.map(({ endpoint }) => endpoint);
    await expect.poll(bothLegs, { timeout: 10_000 }).not.toContain(null);
    const list = await mesh.v.api.relayAllocations();
    expect(faults("AllocationList", list)).toEqual([]);
    const pair = onlyPair(list);
    expect(pair.legs.map(({ name }) => name).sort()).toEqual(["a", "b"]);
    expect(pair.legs.map(({ endpoint }) => endpoint?.replace(/:\d+$/, "")).sort()).toEqual(
      [mesh.natA.outside4, mesh.natB.outside4].sort(),
    );
    expect(pair).toMatchObject({ tier: "free", bandwidthBps: 10e6, quotaBytes: 1e9, forwarder: "kernel" });
    for (const { rxPackets, txPackets } of pair.legs)
      expect([rxPackets, txPackets].every((packets) => packets >= 3)).toBe(true);
  });

  it("sees it live: the opening, and what is counted", async () => {
    expect(events[0]).toMatchObject({ event: "snapshot", volunteering: true, allocations: [] });
    expect(events[1]).toMatchObject({ event: "opened" });
    const packetsOf = (pairs: readonly RelayedPair[]): number => pairs[0]?.legs[0].rxPackets ?? 0;
    await mesh.a.must("ping", "b", "--count", "3", "--interval", "50");
    const now = packetsOf((await mesh.v.api.relayAllocations()).allocations);
    await expect
      .poll(() =>
        events.map((event) => (event.event === "changed" ? packetsOf(event.allocations) : 0)).at(-1),
      )
      .toBeGreaterThanOrEqual(now);
    for (const event of events) expect(faults("AllocationEvent", event)).toEqual([]);
  });

  it("ends an allocation, which both ends are told, and they find their way again", async () => {
    const { id, createdAt } = onlyPair(await mesh.v.api.relayAllocations());
    expect(await mesh.v.must("relay", "end", id)).toContain(id);
    await expect
      .poll(() => events.some((event) => event.event === "ended" && event.reason === "operator"))
      .toBe(true);
    for (const agent of [mesh.a, mesh.b])
      await expect.poll(() => agent.log).toMatch(/"reason":"operator","msg":"relay allocation gone"/);
    const next = async (): Promise<number> =>
      (await mesh.v.api.relayAllocations()).allocations[0]?.createdAt ?? createdAt;
    await expect.poll(next, { timeout: 60_000 }).toBeGreaterThan(createdAt);
    await bothRelayed();
    await mesh.a.must("ping", "b", "--count", "1");
    const stats = await mesh.v.api.relayStats();
    expect(faults("RelayStats", stats)).toEqual([]);
    expect(stats.allocations).toMatchObject({ now: 1, opened: 2, ended: { operator: 1 } });
    expect(auditLines()).toContainEqual(
      expect.objectContaining({
        component: "audit",
        via: "socket",
        action: "relayEnd",
        target: id,
        outcome: "done",
      }),
    );
  });

  it("does the same over TCP with the token, and nothing without", async () => {
    expect((await ask("/admin/stats", "GET", "")).status).toBe(401);
    expect((await ask("/v1/status")).status).toBe(404);
    const { status, body } = await ask("/admin/allocations");
    expect([status, faults("AllocationList", body)]).toEqual([200, []]);
    const { id } = onlyPair(body as AllocationList);
    expect(await ask(`/admin/allocations/${"0".repeat(32)}`, "DELETE")).toMatchObject({ status: 404 });
    expect(await ask(`/admin/allocations/${id}`, "DELETE")).toMatchObject({ status: 200, body: { id } });
    expect(auditLines().slice(-4)).toMatchObject([
      { msg: "admin token refused", via: "tcp" },
      { action: "relayAllocations", via: "tcp", outcome: "done" },
      { action: "relayEnd", via: "tcp", outcome: "allocation.unknown" },
      { action: "relayEnd", via: "tcp", target: id, outcome: "done" },
    ]);
  });

  it("finds every action in a file of his own and in the log, and the token in neither", () => {
    const path = join(mesh.v.directory, "state/audit.log");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const actions = auditLines().map(({ action }) => action);
    for (const action of ["init", "relayStart", "invite", "relayWatch"]) expect(actions).toContain(action);
    expect(mesh.v.log).toContain('"component":"audit"');
    for (const text of [mesh.v.log, readFileSync(path, "utf8")]) {
      expect(text).not.toContain(token);
      expect(text).not.toContain("hopwire2-");
    }
  });
});
