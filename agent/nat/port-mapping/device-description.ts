import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import { gatewayUrl, type GatewayUrl } from "./gateway-url.ts";
import { xmlLeaves } from "./xml.ts";

/** In the order of preference: version 2 can choose a free port by itself; PPP is what DSL routers had. */
const SERVICE_TYPES = ["WANIPConnection:2", "WANIPConnection:1", "WANPPPConnection:1"] as const;

/** What translates addresses in a gateway, and where it takes orders. */
export type ConnectionService = {
  readonly type: (typeof SERVICE_TYPES)[number];
  readonly control: GatewayUrl;
};

/** A router with several providers has one each; more is somebody who makes us ask. */
const MAX_SERVICES = 4;

/** Best first. Never throws: anyone may have written `xml`. */
export function decodeDescription(
  xml: string,
  gateway: string,
  location: GatewayUrl,
): Decoded<readonly ConnectionService[]> {
  const leaves = xmlLeaves(xml);
  if (!leaves.ok) return leaves;
  // UPnP 1.0 may name another base than where the description is; 1.1 does away with it.
  const stated = leaves.value.find(({ name }) => name === "URLBase")?.text ?? "";
  const base = stated === "" ? decoded(location) : gatewayUrl(stated, gateway, location);
  if (!base.ok) return base;
  const services = leaves.value.flatMap(({ name, parent, parentNumber, text }) => {
    const type = SERVICE_TYPES.find((known) => text === `urn:schemas-upnp-org:service:${known}`);
    if (name !== "serviceType" || parent !== "service" || type === undefined) return [];
    const control = leaves.value.find(
      (leaf) => leaf.parentNumber === parentNumber && leaf.name === "controlURL",
    );
    const url = gatewayUrl(control?.text ?? "", gateway, base.value);
    return url.ok ? [{ type, control: url.value }] : [];
  });
  return services.length === 0
    ? refused("no-connection-service")
    : decoded(
        services
          .sort((a, b) => SERVICE_TYPES.indexOf(a.type) - SERVICE_TYPES.indexOf(b.type))
          .slice(0, MAX_SERVICES),
      );
}
