import { describe, expect, it } from "vitest";
import type { AgentApi } from "../../agent/admin/contract.ts";
import { AgentError } from "../../agent/errors.ts";
import { EVENTS, PAIR, STATS } from "../admin/fake-api.ts";
import { TestCommandLine } from "./command-line.ts";

const serving = (overrides: Partial<AgentApi> = {}) => new TestCommandLine().serve(overrides);

const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join("");

/** Watches until as many events have come as there are, as a person who then has enough. */
async function watched(argv: readonly string[], terminal = false) {
  await using hopwire = await serving();
  const enough = new AbortController();
  let out = "";
  let events = 0;
  const result = await hopwire.run(["relay", "allocations", "--watch", ...argv], {
    terminal,
    environment: { HOPWIRE_RUNTIME_DIR: hopwire.runtimeDir, NO_COLOR: "1" },
    interrupted: enough.signal,
    out: (text) => {
      out += text;
      if (++events === EVENTS.length) enough.abort(new AgentError("command.interrupted", "interrupted"));
    },
  });
  return { ...result, out };
}

const TABLE = [
  "MEMBERS      ENDPOINTS           PORT  TIER  FORWARDER  RELAYED  DROPPED               QUOTA  EXPIRES IN  ID",
  `alice - bob  192.0.2.1:51820 -  40001  free  userspace  2.0 KiB        4  2.0 KiB of 954 MiB       5 min  ${"e".repeat(32)}`,
];

//
describe("relay allocations", () => {
  it("shows each pair, where its packets come from, what it used and until when it is there", async () => {
    await using hopwire = await serving();
    expect(await hopwire.run(["relay", "allocations"])).toEqual({
      exitCode: 0,
      err: "",
      out: text(...TABLE),
    });
  });

  it("is the API's answer with --json", async () => {
    await using hopwire = await serving();
    const { out } = await hopwire.run(["relay", "allocations", "--json"]);
    expect(JSON.parse(out)).toEqual({ volunteering: true, allocations: [PAIR] });
  });

  it("says how to begin on a host that does not volunteer, and that there are none on one that does", async () => {
    const listing = (volunteering: boolean) =>
      serving({ relayAllocations: () => Promise.resolve({ volunteering, allocations: [] }) });
    await using off = await listing(false);
    expect((await off.run(["relay", "allocations"])).out).toContain("hopwire relay start");
    await using idle = await listing(true);
    expect((await idle.run(["relay", "allocations"])).out).toBe("no allocations\n");
  });

  it("with --watch shows the table, then a line for each that comes and goes", async () => {
    expect(await watched([])).toEqual({
      exitCode: 0,
      err: "",
      out: text(...TABLE, `ended alice - bob ${PAIR.id}: operator, 2.0 KiB`, `opened alice - bob ${PAIR.id}`),
    });
  });

  it("with --watch on a terminal draws the table anew with each change", async () => {
    const { out } = await watched([], true);
    const [empty, first, second, third, fourth] = out.split("\x1b[H\x1b[J");
    expect(empty).toBe("");
    expect(first).toContain("2.0 KiB of 954 MiB");
    expect(second).toContain("4.0 KiB of 954 MiB");
    expect(third).toBe("no allocations\n");
    expect(fourth).toContain("alice - bob");
  });

  it("with --watch --json prints each event in a line", async () => {
    const { out } = await watched(["--json"]);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(EVENTS);
  });

  it("with --watch fails where there is nothing to watch", async () => {
    await using hopwire = await serving({
      relayWatch: () => Promise.reject(new AgentError("network.none", "no network yet")),
    });
    const { exitCode, err } = await hopwire.run(["relay", "allocations", "--watch"]);
    expect([exitCode, err]).toEqual([76, "hopwire: no network yet\n"]);
  });
});

//
describe("relay end", () => {
  it("ends one, and says whose it was", async () => {
    await using hopwire = await serving();
    const { exitCode, out } = await hopwire.run(["relay", "end", PAIR.id]);
    expect([exitCode, out]).toEqual([0, `ended alice - bob ${PAIR.id}\n`]);
    expect(hopwire.calls).toEqual([{ operation: "relayEnd", request: { id: PAIR.id } }]);
  });

  it("fails with 67 where there is none, and with 64 for what is no id", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["relay", "end", "0".repeat(32)])).exitCode).toBe(67);
    const { exitCode, err } = await hopwire.run(["relay", "end", "bob"]);
    expect([exitCode, err]).toEqual([64, "hopwire: id must be 32 hexadecimal digits; see: hopwire --help\n"]);
  });
});

//
describe("relay stats", () => {
  it("sums up what the relay did", async () => {
    await using hopwire = await serving();
    expect((await hopwire.run(["relay", "stats"])).out).toBe(
      text(
        "up             2 h",
        "forwarder      userspace",
        "allocations    1 of 256, 5 since it began",
        "ended          expired 3, operator 1",
        "relayed        1.4 MiB in 1200 packets",
        "this month     1.4 MiB",
        "dropped        over-rate 3, not-wireguard 1",
        "refused        allocation rate-limited 2",
        "over a limit   packets 3, allocations 2",
        "tokens cached  4",
      ),
    );
    expect(JSON.parse((await hopwire.run(["relay", "stats", "--json"])).out)).toEqual(STATS);
  });
});
