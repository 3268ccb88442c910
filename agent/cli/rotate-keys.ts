import type { Define } from "./define.ts";
import { membershipLines } from "./membership-text.ts";
import { openSession } from "./session.ts";

export const define: Define = (command, cli) => {
  command
    .addHelpText(
      "after",
      "\nAn admin has to be reached, the founder's host for an admin's keys. Connections are interrupted for a moment." +
        "\nWhere keys may have been stolen, revoke the member instead, and let it join anew.",
    )
    .action(async () => {
      const session = openSession(command, cli);
      const membership = await session.agent.rotateKeys();
      session.print(membership, () => membershipLines(membership, session.style));
    });
};
