import type { Define } from "./define.ts";
import { openSession } from "./session.ts";
import { formatAge, parseDurationSec } from "./units.ts";

export const define: Define = (command, cli) => {
  command
    .argument("<name>", "the new member's name")
    .option("--expires <duration>", "90s, 30m, 24h or 7d", "24h")
    .addHelpText(
      "after",
      "\nThe token alone goes to standard output. Whoever has it can join once: hand it over in private.",
    )
    .action(async (name: string, { expires }: { readonly expires: string }) => {
      const session = openSession(command, cli);
      const invite = await session.agent.invite({ name, expiresSec: parseDurationSec(expires) });
      session.print(invite, () => [invite.token]);
      if (!cli.terminal) return;
      const leftSec = (invite.expiresAt - cli.clock.wallNow()) / 1000;
      session.say(
        session.style.dim(`for ${invite.name}, once, within ${formatAge(leftSec)}: hopwire join TOKEN`),
      );
    });
};
