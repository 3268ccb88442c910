import { isIPv4 } from "../../protocol/endpoint.ts";
import type { Logger } from "../log.ts";
import type { CommandRunner } from "../runner.ts";
import { parseRoutes } from "../wireguard/ip-json.ts";

/** Of the preferred default route over IPv4, other than into our own tunnel; undefined where there is none. Never rejects. */
export async function defaultGateway(parts: {
  readonly run: CommandRunner;
  readonly log: Logger;
  readonly overlayInterface: string;
}): Promise<string | undefined> {
  const { run, log, overlayInterface } = parts;
  try {
    const shown = await run("ip", ["-4", "-json", "route", "show", "default"]);
    const routes = parseRoutes(shown.stdout);
    if (!routes.ok) {
      log.warn({ reason: routes.reason }, "routes could not be read");
      return undefined;
    }
    return routes.value
      .filter(({ dev, gateway }) => dev !== overlayInterface && isIPv4(gateway))
      .toSorted((a, b) => a.metric - b.metric)[0]?.gateway;
  } catch (error) {
    log.warn({ err: error }, "routes could not be read");
    return undefined;
  }
}
