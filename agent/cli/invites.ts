import type { OpenInvite } from "../admin/contract.ts";
import type { Define } from "./define.ts";
import { openSession } from "./session.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
import { formatAge, UNKNOWN } from "./units.ts";

export const define: Define = (invites, cli) => {
  const list = invites.command("list").description("those that this host has made and nobody has joined by");
  list.action(async () => {
    const session = openSession(list, cli);
    const open = await session.agent.inviteList();
    session.print(open, () => lines(open, cli.clock.wallNow(), session.style));
  });

  const withdraw = invites
    .command("withdraw")
    .description("make its token worthless, as where it went to the wrong place");
  withdraw.argument("<invite>", "the name that it was made for").action(async (name: string) => {
    const session = openSession(withdraw, cli);
    const withdrawn = await session.agent.inviteWithdraw({ name });
    session.print(withdrawn, () => [`the invite for ${withdrawn.name} is withdrawn: nobody can join by it`]);
  });
};

function lines(open: readonly OpenInvite[], nowMs: number, style: Style): string[] {
  if (open.length === 0) return ["none; make one with: hopwire invite NAME"];
  const rows = open.map(({ name, admin, expiresAt, relays }) => [
    style.bold(name),
    admin ? "admin" : "member",
    formatAge((expiresAt - nowMs) / 1000),
    relays.map((relay) => relay ?? "(not known)").join(" ") || UNKNOWN,
  ]);
  const columns = ["FOR", "AS", "EXPIRES IN", "RELAYED BY"];
  return table(
    columns.map((title) => ({ title })),
    rows,
    style.dim,
  );
}
