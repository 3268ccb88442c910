import type { Server } from "node:http";
import { AgentError } from "./errors.ts";

/** A web page whose name was made to resolve to this host would send that name as its Host (DNS rebinding). */
export function isForLoopback(host: string): boolean {
  return /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?$/.test(host);
}

/** `listen` is "127.0.0.1:9820" or "[::1]:9820", of the configuration's `key`. Errors: port.taken. */
export async function listenOn(server: Server, listen: string, key: string): Promise<void> {
  const { hostname, port } = new URL(`http://${listen}`);
  const host = hostname.replaceAll(/[[\]]/g, "");
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      // URL drops the port that is http's own.
      server.listen({ host, port: port === "" ? 80 : Number(port) }, resolve);
    });
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new AgentError("port.taken", `cannot listen at ${listen}: ${code}`, {
      hint: `choose another ${key}`,
    });
  }
}
