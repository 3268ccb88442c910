import { lookup } from "node:dns/promises";
import { canonicalIPv6, isIPv4, isUsableRemote, type Endpoint } from "../../protocol/endpoint.ts";
import type { Logger } from "../log.ts";

/**
 * The addresses behind "host:port" that an operator gave. A name that the DNS does not know is left
 * out and logged: the agent must start without the DNS.
 */
export async function resolveEndpoints(texts: readonly string[], log: Logger): Promise<readonly Endpoint[]> {
  const resolved = await Promise.all(texts.map((text) => resolveOne(text, log)));
  return resolved.flat().filter(({ address }) => isUsableRemote(address));
}

async function resolveOne(text: string, log: Logger): Promise<readonly Endpoint[]> {
  const split = text.lastIndexOf(":");
  const host = text.slice(0, split).replace(/^\[|\]$/g, "");
  const port = Number(text.slice(split + 1));
  if (isIPv4(host)) return [{ address: host, port }];
  const ipv6 = canonicalIPv6(host);
  if (ipv6 !== undefined) return [{ address: ipv6, port }];
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => ({ address: canonicalIPv6(address) ?? address, port }));
  } catch (error) {
    log.warn({ host, code: (error as NodeJS.ErrnoException).code }, "endpoint not found in the DNS");
    return [];
  }
}
