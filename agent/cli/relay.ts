import type { KnownRelay, RelayStatus } from "../admin/contract.ts";
import { formatPortRange, parsePortRange, type PortRange } from "../config/port-range.ts";
import { AgentError } from "../errors.ts";
import type { Define } from "./define.ts";
import { defineAllocations } from "./relay-allocations.ts";
import { defineBootstrap } from "./relay-bootstrap.ts";
import { explanationLines } from "./relay-explain.ts";
import { defineTokenCommands, heldTokenLine } from "./relay-token.ts";
import { openSession } from "./session.ts";
import type { Style } from "./style.ts";
import { facts, table } from "./table.ts";
import { formatAge, formatBytes, formatRtt, parseCount, UNKNOWN } from "./units.ts";

type StartOptions = { readonly ports?: string; readonly maxAllocations?: string };

export const define: Define = (relay, cli) => {
  const start = relay
    .command("start")
    .description("volunteer: relay for other members, also after a restart");
  start
    .option("--ports <first-last>", "UDP ports for allocations")
    .option("--max-allocations <n>", "pairs of members at once")
    .action(async ({ ports, maxAllocations }: StartOptions) => {
      const session = openSession(start, cli);
      const status = await session.agent.relayStart({
        ports: ports === undefined ? undefined : portsOf(ports),
        maxAllocations:
          maxAllocations === undefined ? undefined : parseCount(maxAllocations, "--max-allocations"),
      });
      session.print(status, () => statusLines(status, cli.clock.wallNow(), session.style));
    });

  const stop = relay.command("stop").description("relay no more");
  stop.action(async () => {
    const session = openSession(stop, cli);
    const status = await session.agent.relayStop();
    session.print(status, () => statusLines(status, cli.clock.wallNow(), session.style));
  });

  const status = relay.command("status").description("what this host relays");
  status.action(async () => {
    const session = openSession(status, cli);
    const report = await session.agent.relayStatus();
    session.print(report, () => statusLines(report, cli.clock.wallNow(), session.style));
  });

  const serve = relay.command("serve").description("run the agent in the foreground, for its relay alone");
  serve.action(async () => {
    const { runForeground } = await import("./daemon.ts");
    await runForeground(openSession(serve, cli), { relayOnly: true });
  });

  defineTokenCommands(relay, cli);

  const list = relay.command("list").description("the volunteers that this host knows");
  list
    .option("--explain <peer>", "in the order in which they are asked to relay to this member, and why")
    .action(async ({ explain }: { readonly explain?: string }) => {
      const session = openSession(list, cli);
      if (explain !== undefined) {
        const explanation = await session.agent.relayExplain({ name: explain });
        session.print(explanation, () => explanationLines(explanation, session.style));
        return;
      }
      const relays = await session.agent.relayList();
      session.print(relays, () => listLines(relays, cli.clock.wallNow(), session.style));
    });

  defineBootstrap(relay, cli);

  defineAllocations(relay, cli);
};

function portsOf(text: string): PortRange {
  const range = parsePortRange(text);
  if (range !== undefined) return range;
  throw new AgentError("usage.invalid", `--ports must be a range like 40000-49999, not "${text}"`);
}

function statusLines(status: RelayStatus, nowMs: number, style: Style): string[] {
  if (!status.volunteering) return ["not volunteering; start it with: hopwire relay start"];
  const { allocations, forwarder, maxAllocations, endpoints, ports } = status;
  const rows = allocations.map((allocation) => [
    allocation.members.join(" - "),
    String(allocation.port),
    formatBytes(allocation.bytes),
    formatAge((allocation.expiresAt - nowMs) / 1000),
    style.dim(allocation.id),
  ]);
  const columns = [
    { title: "MEMBERS" },
    { title: "PORT", right: true },
    { title: "RELAYED", right: true },
    { title: "EXPIRES IN", right: true },
    { title: "ID" },
  ];
  return [
    ...facts(
      [
        ["relay", style.good("volunteering")],
        ["endpoints", endpoints.join("  ") || "none that others could reach is known yet"],
        ["ports", formatPortRange(ports)],
        ["forwarder", forwarder ?? UNKNOWN],
        ["allocations", `${allocations.length} of ${maxAllocations}`],
      ],
      style.dim,
    ),
    ...(rows.length === 0 ? [] : ["", ...table(columns, rows, style.dim)]),
  ];
}

function listLines(relays: readonly KnownRelay[], nowMs: number, style: Style): string[] {
  if (relays.length === 0) return ["no member volunteers; on a well-reachable host: hopwire relay start"];
  const rows = relays.map((relay) => [
    style.bold(relay.name),
    relay.endpoints.join(" ") || UNKNOWN,
    relay.inUse ? style.good("yes") : "no",
    formatRtt(relay.rttMs),
    relay.allocations === null ? UNKNOWN : `${relay.allocations}/${relay.maxAllocations ?? "?"}`,
  ]);
  const columns = [
    { title: "RELAY" },
    { title: "ENDPOINTS" },
    { title: "IN USE" },
    { title: "RTT", right: true },
    { title: "LOAD", right: true },
  ];
  const held = relays.flatMap(({ tokens }) => tokens.map((token) => heldTokenLine(token, nowMs)));
  return [...table(columns, rows, style.dim), ...(held.length === 0 ? [] : ["", ...held])];
}
