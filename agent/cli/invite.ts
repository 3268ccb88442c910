import type { InviteWay } from "../admin/contract.ts";
import type { Define } from "./define.ts";
import { openSession } from "./session.ts";
import { formatAge, parseDurationSec } from "./units.ts";

function wayText({ endpoint, relay }: InviteWay): string {
  return relay === null ? endpoint : `${endpoint} (relayed by ${relay})`;
}

type Options = { readonly expires: string; readonly admin?: true; readonly qr?: true };

export const define: Define = (command, cli) => {
  command
    .argument("<name>", "the new member's name")
    .option("--admin", "may invite and revoke others; only the founder's host can invite an admin")
    .option("--qr", "draw the token as a QR code, too, on standard error")
    .option("--expires <duration>", "90s, 30m, 24h or 7d", "24h")
    .addHelpText(
      "after",
      "\nThe token alone goes to standard output. Whoever has it can join once: hand it over in private.",
    )
    .action(async (name: string, { expires, admin, qr }: Options) => {
      const session = openSession(command, cli);
      const invite = await session.agent.invite({
        name,
        expiresSec: parseDurationSec(expires),
        ...(admin === true ? { admin } : {}),
      });
      session.print(invite, () => [invite.token]);
      for (const warning of invite.warnings) session.say(session.style.caution(warning));
      if (qr === true) {
        const { qrLines } = await import("./qr-text.ts");
        for (const line of qrLines(invite.token, session.coloured)) session.say(line);
      }
      if (!cli.terminal) return;
      const leftSec = (invite.expiresAt - cli.clock.wallNow()) / 1000;
      session.say(
        session.style.dim(`for ${invite.name}, once, within ${formatAge(leftSec)}: hopwire join TOKEN`),
      );
      session.say(session.style.dim(`reached at ${invite.ways.map(wayText).join(", ")}`));
    });
};
