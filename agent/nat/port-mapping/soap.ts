import { decoded, refused, type Decoded } from "../../../protocol/decoded.ts";
import type { ConnectionService } from "./device-description.ts";
import type { HttpAnswer, HttpRequest } from "./message.ts";
import { xmlLeaves, type XmlLeaf } from "./xml.ts";

/** What is asked of WANIPConnection and WANPPPConnection; arguments in the order that their descriptions have. */
export type SoapAction =
  | { readonly name: "GetExternalIPAddress" }
  | {
      readonly name: "AddPortMapping" | "AddAnyPortMapping";
      readonly externalPort: number;
      readonly internalPort: number;
      readonly own: string;
      /** 0: for ever. */
      readonly leaseSec: number;
    }
  | { readonly name: "GetSpecificPortMappingEntry" | "DeletePortMapping"; readonly externalPort: number };

export type SoapAnswer =
  | { readonly kind: "done"; readonly values: ReadonlyMap<string, string> }
  /** `code` of UPnP, such as 718. */
  | { readonly kind: "fault"; readonly code: number };

/** Shown by the router's own pages. */
const DESCRIPTION = "hopwire";

export function soapRequest({ type, control }: ConnectionService, action: SoapAction): HttpRequest {
  const service = `urn:schemas-upnp-org:service:${type}`;
  const values = argumentsOf(action)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join("");
  const body =
    '<?xml version="1.0"?>\r\n' +
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">' +
    `<s:Body><u:${action.name} xmlns:u="${service}">${values}</u:${action.name}></s:Body></s:Envelope>\r\n`;
  return { method: "POST", url: control, soapAction: `"${service}#${action.name}"`, body };
}

/** Never throws: anyone may have written the answer. */
export function decodeSoap({ status, body }: HttpAnswer): Decoded<SoapAnswer> {
  const leaves = xmlLeaves(body);
  if (!leaves.ok) return leaves;
  if (status === 200) {
    return decoded({ kind: "done", values: new Map(leaves.value.map((leaf) => [leaf.name, leaf.text])) });
  }
  const code = leaves.value.find(isErrorCode)?.text ?? "";
  return /^[0-9]{3}$/.test(code) ? decoded({ kind: "fault", code: Number(code) }) : refused(`http-${status}`);
}

function isErrorCode({ name, parent }: XmlLeaf): boolean {
  return name === "errorCode" && parent === "UPnPError";
}

/** Numbers and IPv4 addresses, which need no escaping. */
function argumentsOf(action: SoapAction): readonly (readonly [name: string, value: string | number])[] {
  switch (action.name) {
    case "GetExternalIPAddress":
      return [];
    case "AddPortMapping":
    case "AddAnyPortMapping":
      return [
        ...whichMapping(action.externalPort),
        ["NewInternalPort", action.internalPort],
        ["NewInternalClient", action.own],
        ["NewEnabled", 1],
        ["NewPortMappingDescription", DESCRIPTION],
        ["NewLeaseDuration", action.leaseSec],
      ];
    case "GetSpecificPortMappingEntry":
    case "DeletePortMapping":
      return whichMapping(action.externalPort);
  }
}

function whichMapping(externalPort: number): readonly (readonly [string, string | number])[] {
  return [
    ["NewRemoteHost", ""],
    ["NewExternalPort", externalPort],
    ["NewProtocol", "UDP"],
  ];
}
