import type { Define } from "./define.ts";
import { openSession } from "./session.ts";

export const define: Define = (command, cli) => {
  command
    .argument("<name>", "the member")
    .argument("<to>", "its new name")
    .action(async (name: string, to: string) => {
      const session = openSession(command, cli);
      const renamed = await session.agent.rename({ name, to });
      session.print(renamed, () => [`${renamed.before} is called ${renamed.name} now`]);
    });
};
