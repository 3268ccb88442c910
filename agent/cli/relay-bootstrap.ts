import type { Command } from "commander";
import type { BootstrapVolunteer } from "../admin/contract.ts";
import type { Cli } from "./cli.ts";
import { openSession } from "./session.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { UNKNOWN } from "./units.ts";

/** Volunteers that this host asks where nothing else is known. */
export function defineBootstrap(relay: Command, cli: Cli): void {
  const bootstrap = relay
    .command("bootstrap")
    .helpCommand(false)
    .description("volunteers to ask first, as after a month away");

  const add = bootstrap
    .command("add")
    .description("look for a volunteer there, also after a restart, beside what its records say");
  add
    .argument("<name>", "a member")
    .argument("<endpoints...>", "host:port, where it may answer")
    .addHelpText("after", "\nWhoever answers there has to be that member: its keys decide.")
    .action(async (name: string, endpoints: string[]) => {
      const session = openSession(add, cli);
      const list = await session.agent.relayBootstrapAdd({ name, endpoints });
      session.print(list, () => lines(list, session.style));
    });

  const remove = bootstrap.command("remove").description("look for it nowhere but where its records say");
  remove.argument("<name>", "a member").action(async (name: string) => {
    const session = openSession(remove, cli);
    const list = await session.agent.relayBootstrapRemove({ name });
    session.print(list, () => lines(list, session.style));
  });

  const show = bootstrap.command("list").description("all of them, by command and by configuration");
  show.action(async () => {
    const session = openSession(show, cli);
    const list = await session.agent.relayBootstrapList();
    session.print(list, () => lines(list, session.style));
  });
}

function lines(list: readonly BootstrapVolunteer[], style: Style): string[] {
  if (list.length === 0) return ["none; add one with: hopwire relay bootstrap add NAME HOST:PORT"];
  const rows = list.map(({ name, given, origin, endpoints, looksAt, volunteering, path }) => [
    name === null ? `${given} (not known)` : style.bold(name),
    endpoints.join(" "),
    looksAt.join(" ") || UNKNOWN,
    volunteering ? style.good("yes") : "no",
    path,
    origin,
  ]);
  const columns = ["VOLUNTEER", "GIVEN", "LOOKED FOR AT", "VOLUNTEERS", "PATH", "BY"];
  return table(
    columns.map((title) => ({ title })),
    rows,
    style.dim,
  );
}
