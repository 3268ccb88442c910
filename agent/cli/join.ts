import type { Define } from "./define.ts";
import { openSession } from "./session.ts";
import { membershipLines } from "./membership-text.ts";

export const define: Define = (command, cli) => {
  command
    .argument("<token>", 'what "hopwire invite" printed; "-" reads it from standard input')
    .action(async (token: string) => {
      const session = openSession(command, cli);
      const text = token === "-" ? await cli.readInput() : token;
      const membership = await session.agent.join(
        { token: text.trim() },
        (progress) => session.say(session.style.dim(progress.text)),
        cli.interrupted,
      );
      session.print(membership, () => membershipLines(membership, session.style));
    });
};
