import type { Define } from "./define.ts";
import { openSession } from "./session.ts";

export const define: Define = (command, cli) => {
  command
    .argument("<name>", "the member to shut out; its certificate never becomes valid again")
    .action(async (name: string) => {
      const session = openSession(command, cli);
      const revoked = await session.agent.revoke({ name });
      session.print(revoked, () => [`${revoked.name} is revoked (${revoked.id})`]);
    });
};
