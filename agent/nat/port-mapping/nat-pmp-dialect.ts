import {
  ignored,
  isUsableExternal,
  LEASE_SEC,
  refusal,
  UNMAP_RETRANSMIT_MS,
  UNMAP_TIMEOUT_MS,
  type Ask,
  type Dialect,
  type View,
} from "./dialect.ts";
import { decodeNatPmp, encodeNatPmpAddressRequest, encodeNatPmpMap } from "./nat-pmp.ts";
import { decodePcp } from "./pcp.ts";

/** RFC 6886, section 3.1: 250 ms, then twice as long each time. */
const RETRANSMIT_MS = [250, 750, 1_750];
/** The RFC goes on for a minute; whoever has not answered four of five by then does not speak it. */
const TIMEOUT_MS = 3_750;

/** What the gateway said its address is: a mapping's answer has the port alone. */
type Memory = { readonly address: string | undefined };

/** RFC 6886. Always asks for the address first. */
export const natPmpDialect: Dialect<Memory> = {
  blank: { address: undefined },
  begin: (view, memory) => ({ memory, ask: view.purpose === "unmap" ? askToUnmap(view) : ADDRESS }),
  read(view, memory, answer) {
    if (answer.kind === "unreachable") return { tag: "read", memory, then: refusal("nobody-listens") };
    if (answer.kind !== "datagram") return ignored;
    // RFC 6887, section 9: a gateway that speaks PCP alone.
    const pcp = decodePcp(answer.bytes);
    if (pcp.ok) {
      const isOlder = pcp.value.result === "unsupported-version";
      return isOlder ? { tag: "read", memory, then: refusal(pcp.value.result) } : ignored;
    }
    const decoded = decodeNatPmp(answer.bytes);
    if (!decoded.ok) return ignored;
    const { value } = decoded;
    const { epochSec } = value;
    switch (value.kind) {
      case "failure":
        // Of version 0 it is said to a request of PCP.
        return value.result === "unsupported-version"
          ? ignored
          : { tag: "read", memory, epochSec, then: refusal(value.result) };
      case "external-address":
        return {
          tag: "read",
          memory: { address: value.address },
          epochSec,
          then: afterAddress(view, value.address),
        };
      case "mapped": {
        const { internalPort, externalPort, lifetimeSec } = value.mapped;
        if (internalPort !== view.target.port) return ignored;
        if (view.purpose === "unmap") {
          return lifetimeSec === 0
            ? { tag: "read", memory, epochSec, then: { news: { tag: "unmapped" } } }
            : ignored;
        }
        if (view.purpose !== "map" || memory.address === undefined || lifetimeSec === 0) return ignored;
        const external = { address: memory.address, port: externalPort };
        const then = isUsableExternal(external)
          ? { news: { tag: "mapped", external, lifetimeSec } as const }
          : refusal("no-external-address");
        return { tag: "read", memory, epochSec, then };
      }
    }
  },
};

const ADDRESS: Ask = {
  message: { kind: "datagram", bytes: encodeNatPmpAddressRequest() },
  retransmitMs: RETRANSMIT_MS,
  timeoutMs: TIMEOUT_MS,
};

function askToMap({ target, external }: View): Ask {
  const externalPort = external?.port ?? target.port;
  const bytes = encodeNatPmpMap({ internalPort: target.port, externalPort, lifetimeSec: LEASE_SEC });
  return { message: { kind: "datagram", bytes }, retransmitMs: RETRANSMIT_MS, timeoutMs: TIMEOUT_MS };
}

function askToUnmap({ target }: View): Ask {
  const bytes = encodeNatPmpMap({ internalPort: target.port, externalPort: 0, lifetimeSec: 0 });
  return {
    message: { kind: "datagram", bytes },
    retransmitMs: UNMAP_RETRANSMIT_MS,
    timeoutMs: UNMAP_TIMEOUT_MS,
  };
}

function afterAddress(view: View, address: string): ReturnType<typeof refusal> | { readonly ask: Ask } {
  switch (view.purpose) {
    case "probe":
      return { news: { tag: "present" } };
    case "look":
      return { news: { tag: address === view.external?.address ? "kept" : "lost" } };
    case "map":
      return { ask: askToMap(view) };
    case "unmap":
      return { ask: askToUnmap(view) };
  }
}
