import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { Endpoint } from "../../../protocol/endpoint.ts";

/** UPnP Device Architecture 1.1, section 1.3.2. */
export const SSDP_GROUP: Endpoint = { address: "239.255.255.250", port: 1900 };

/** Devices wait a random time of up to so many seconds before they answer: the least that is allowed. */
const MAX_WAIT_SEC = 1;

/** Version 2 answers for version 1 too; some devices answer for their own alone. */
const SEARCH_TARGETS = [1, 2].map(
  (version) => `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`,
);

/** An answer is a dozen of header lines. */
const MAX_ANSWER_BYTES = 2_048;
const MAX_LOCATION_LENGTH = 512;

/** "Which gateways are here?": one datagram for each version. */
export function encodeSearches(): readonly Uint8Array[] {
  return SEARCH_TARGETS.map((target) =>
    Buffer.from(
      [
        "M-SEARCH * HTTP/1.1",
        `HOST: ${SSDP_GROUP.address}:${SSDP_GROUP.port}`,
        'MAN: "ssdp:discover"',
        `MX: ${MAX_WAIT_SEC}`,
        `ST: ${target}`,
        "",
        "",
      ].join("\r\n"),
      "latin1",
    ),
  );
}

/** Where a gateway says its description is: a URL that is still to be checked. Never throws: anyone may have sent `bytes`. */
export function decodeSearchAnswer(bytes: Uint8Array): Decoded<string> {
  if (bytes.length > MAX_ANSWER_BYTES) return refused("ssdp-too-long");
  const [status = "", ...headers] = Buffer.from(bytes).toString("latin1").split("\r\n");
  if (!/^HTTP\/1\.[01] 200 /.test(status)) return refused("ssdp-not-an-answer");
  const valueOf = (name: string): string | undefined =>
    headers
      .find((header) => header.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  if (!/:InternetGatewayDevice:[12]$/.test(valueOf("st") ?? "")) return refused("ssdp-not-a-gateway");
  const location = valueOf("location") ?? "";
  return location.length === 0 || location.length > MAX_LOCATION_LENGTH
    ? refused("ssdp-location")
    : decoded(location);
}
