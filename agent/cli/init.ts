import { hostname } from "node:os";
import type { Define } from "./define.ts";
import { openSession } from "./session.ts";
import { membershipLines } from "./membership-text.ts";

type Options = {
  readonly network: string;
  readonly prefix?: string;
  readonly name?: string;
  readonly endpoint: readonly string[];
};

export const define: Define = (command, cli) => {
  command
    .option("--network <name>", "the network's name", "hopwire")
    .option("--prefix <cidr>", "overlay IPv4 prefix; a random /16 of 100.64.0.0/10 where it is not given")
    .option("--name <member>", "this member's name; the host's name where it is not given")
    .option(
      "--endpoint <host:port>",
      "own public endpoint where it cannot be found; may be repeated",
      (endpoint: string, before: readonly string[]) => [...before, endpoint],
      [],
    )
    .action(async (options: Options) => {
      const session = openSession(command, cli);
      const membership = await session.agent.init({
        network: options.network,
        name: options.name ?? memberNameOf(hostname()),
        prefix: options.prefix,
        endpoints: options.endpoint,
      });
      session.print(membership, () => [
        ...membershipLines(membership, session.style),
        "next: hopwire invite NAME",
      ]);
    });
};

/** The host's name made into a DNS label. */
export function memberNameOf(host: string): string {
  const [label = ""] = host.toLowerCase().split(".");
  const name = label
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "host" : name;
}
