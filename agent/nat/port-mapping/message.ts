import type { Decoded } from "../../../protocol/decoded.ts";
import type { GatewayUrl } from "./gateway-url.ts";

/** To the gateway, always: nothing here can name another host. */
export type HttpRequest =
  | { readonly method: "GET"; readonly url: GatewayUrl }
  | { readonly method: "POST"; readonly url: GatewayUrl; readonly soapAction: string; readonly body: string };

export type HttpAnswer = { readonly status: number; readonly body: string };

/** What leaves for the gateway. */
export type Message =
  /** To the port of PCP and NAT-PMP. */
  | { readonly kind: "datagram"; readonly bytes: Uint8Array }
  /** SSDP. */
  | { readonly kind: "search" }
  | { readonly kind: "http"; readonly request: HttpRequest };

/** What came back, from the gateway's address. */
export type Answer =
  | { readonly kind: "datagram"; readonly bytes: Uint8Array }
  | { readonly kind: "search"; readonly bytes: Uint8Array }
  /** `id` is the question's. */
  | { readonly kind: "http"; readonly id: number; readonly answer: Decoded<HttpAnswer> }
  /** Nobody listens on the port of PCP and NAT-PMP: ICMP said so. */
  | { readonly kind: "unreachable" };
