import type { Define } from "./define.ts";
import { openSession } from "./session.ts";

export const define: Define = (command, cli) => {
  command.action(async () => {
    const session = openSession(command, cli);
    const left = await session.agent.leave();
    session.print(left, () => [`${left.member.name} has left ${left.network}`]);
  });
};
