import { programVersion } from "../config/version.ts";
import type { Define } from "./define.ts";
import { openSession } from "./session.ts";

export const define: Define = (command, cli) => {
  command.action(() => {
    const version = programVersion();
    openSession(command, cli).print({ version }, () => [version]);
  });
};
