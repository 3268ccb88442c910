import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";

/** A place on the gateway itself: the host is left out because it is never another. */
export type GatewayUrl = { readonly port: number; readonly path: string };

const MAX_PATH_LENGTH = 512;

/**
 * What a device says of where something is, against where it said so. Only plain HTTP on the gateway's own address: a device must not make us
 * ask anybody else, and UPnP has no other scheme.
 */
export function gatewayUrl(text: string, gateway: string, base?: GatewayUrl): Decoded<GatewayUrl> {
  const from = base === undefined ? undefined : `http://${gateway}:${base.port}${base.path}`;
  const url = URL.parse(text, from);
  if (url?.protocol !== "http:") return refused("not-http");
  if (url.hostname !== gateway || url.username !== "" || url.password !== "")
    return refused("not-the-gateway");
  const path = url.pathname + url.search;
  return path.length > MAX_PATH_LENGTH
    ? refused("url-too-long")
    : decoded({ port: url.port === "" ? 80 : Number(url.port), path });
}
