import type { Command } from "commander";
import type { AllocationEvent, RelayedPair, RelayStats } from "../admin/relay-schemas.ts";
import { AgentError } from "../errors.ts";
import type { Cli } from "./cli.ts";
import { openSession, type Session } from "./session.ts";
import type { Style } from "./style.ts";
import { facts, table } from "./table.ts";
import { formatAge, formatBytes, UNKNOWN } from "./units.ts";

/** What the operator of a relay sees of it, and does to an allocation. */
export function defineAllocations(relay: Command, cli: Cli): void {
  const allocations = relay.command("allocations").description("the pairs that this host relays for");
  allocations
    .option("--watch", "go on with what changes; with --json one event a line")
    .action(async ({ watch }: { readonly watch?: true }) => {
      const session = openSession(allocations, cli);
      if (watch === true) {
        await watchUntilInterrupted(session);
        return;
      }
      const list = await session.agent.relayAllocations();
      session.print(list, () => pairLines(list, cli.clock.wallNow(), session.style));
    });

  const end = relay.command("end").description("end an allocation; its members are told, and may ask again");
  end.argument("<id>", "an allocation").action(async (id: string) => {
    const session = openSession(end, cli);
    const ended = await session.agent.relayEnd({ id });
    session.print(ended, () => [`ended ${membersOf(ended.members)} ${session.style.dim(ended.id)}`]);
  });

  const stats = relay.command("stats").description("what this relay has done since it began");
  stats.action(async () => {
    const session = openSession(stats, cli);
    const report = await session.agent.relayStats();
    session.print(report, () => statsLines(report, session.style));
  });
}

async function watchUntilInterrupted(session: Session): Promise<void> {
  const { agent, cli, json } = session;
  const watch = new ShownWatch(session);
  const onEvent = (event: AllocationEvent): void =>
    cli.out(json ? `${JSON.stringify(event)}\n` : watch.textFor(event));
  try {
    await agent.relayWatch(onEvent, cli.interrupted);
  } catch (error) {
    if (!(error instanceof AgentError && error.code === "command.interrupted")) throw error;
  }
}

/** Cursor to the top left, and all below it cleared (ECMA-48, CUP and ED). */
const CLEAR = "\x1b[H\x1b[J";

/** A table that is drawn anew on a terminal; elsewhere the table once, then a line for each that comes and goes. */
class ShownWatch {
  readonly #session: Session;
  readonly #pairById = new Map<string, RelayedPair>();
  #volunteering = true;

  constructor(session: Session) {
    this.#session = session;
  }

  textFor(event: AllocationEvent): string {
    this.#take(event);
    const { cli, style } = this.#session;
    const isWhole = cli.terminal ? event.event !== "alive" : event.event === "snapshot";
    const lines = isWhole
      ? pairLines(
          { volunteering: this.#volunteering, allocations: [...this.#pairById.values()] },
          cli.clock.wallNow(),
          style,
        )
      : cli.terminal
        ? []
        : changeLines(event);
    return `${isWhole && cli.terminal ? CLEAR : ""}${lines.map((line) => `${line}\n`).join("")}`;
  }

  #take(event: AllocationEvent): void {
    switch (event.event) {
      case "snapshot":
        this.#volunteering = event.volunteering;
        for (const pair of event.allocations) this.#pairById.set(pair.id, pair);
        return;
      case "opened":
        this.#volunteering = true;
        this.#pairById.set(event.allocation.id, event.allocation);
        return;
      case "changed":
        for (const pair of event.allocations) this.#pairById.set(pair.id, pair);
        return;
      case "ended":
        this.#pairById.delete(event.allocation.id);
        return;
      case "alive":
        return;
    }
  }
}

function changeLines(event: AllocationEvent): string[] {
  switch (event.event) {
    case "opened":
      return [`opened ${membersOf(event.allocation.legs)} ${event.allocation.id}`];
    case "ended": {
      const { reason, allocation } = event;
      return [
        `ended ${membersOf(allocation.legs)} ${allocation.id}: ${reason}, ${formatBytes(bytesOf(allocation))}`,
      ];
    }
    case "snapshot":
    case "changed":
    case "alive":
      return [];
  }
}

type Shown = { readonly volunteering: boolean; readonly allocations: readonly RelayedPair[] };

function pairLines({ volunteering, allocations }: Shown, nowMs: number, style: Style): string[] {
  if (!volunteering) return ["not volunteering; start it with: hopwire relay start"];
  if (allocations.length === 0) return ["no allocations"];
  const rows = allocations.map((pair) => [
    membersOf(pair.legs),
    pair.legs.map(({ endpoint }) => endpoint ?? UNKNOWN).join(" "),
    pair.port === null ? UNKNOWN : String(pair.port),
    pair.tier,
    pair.forwarder ?? UNKNOWN,
    formatBytes(bytesOf(pair)),
    String(sumOf(pair.drops)),
    pair.quotaBytes === null ? UNKNOWN : `${formatBytes(pair.usedBytes)} of ${formatBytes(pair.quotaBytes)}`,
    formatAge((pair.expiresAt - nowMs) / 1000),
    style.dim(pair.id),
  ]);
  const columns = [
    { title: "MEMBERS" },
    { title: "ENDPOINTS" },
    { title: "PORT", right: true },
    { title: "TIER" },
    { title: "FORWARDER" },
    { title: "RELAYED", right: true },
    { title: "DROPPED", right: true },
    { title: "QUOTA", right: true },
    { title: "EXPIRES IN", right: true },
    { title: "ID" },
  ];
  return table(columns, rows, style.dim);
}

function statsLines(stats: RelayStats, style: Style): string[] {
  if (!stats.volunteering) return ["not volunteering; start it with: hopwire relay start"];
  const { allocations, relayed, rateLimitHits, month, refused } = stats;
  const limit = month.limitBytes === null ? "" : ` of ${formatBytes(month.limitBytes)}`;
  return facts(
    [
      ["up", formatAge(stats.uptimeSec)],
      ["forwarder", stats.forwarder ?? UNKNOWN],
      ["allocations", `${allocations.now} of ${allocations.max}, ${allocations.opened} since it began`],
      ["ended", countsText(allocations.ended)],
      ["relayed", `${formatBytes(relayed.bytes)} in ${relayed.packets} packets`],
      ["this month", `${formatBytes(month.usedBytes)}${limit}`],
      ["dropped", countsText(stats.drops)],
      [
        "refused",
        countsText({
          ...prefixed("allocation", refused.allocations),
          ...prefixed("source", refused.connections),
        }),
      ],
      ["over a limit", countsText(rateLimitHits)],
      ["tokens cached", String(stats.tokensCached)],
    ],
    style.dim,
  );
}

/** "expired 3, operator 1": the most frequent first. */
function countsText(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  const texts = some.toSorted(([, a], [, b]) => b - a).map(([word, count]) => `${word} ${count}`);
  return texts.join(", ") || "none";
}

function prefixed(what: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([word, count]) => [`${what} ${word}`, count]));
}

function membersOf(members: readonly { readonly name: string | null; readonly id: string }[]): string {
  return members.map(({ name, id }) => name ?? id).join(" - ");
}

function bytesOf({ legs }: RelayedPair): number {
  return legs[0].rxBytes + legs[1].rxBytes;
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
