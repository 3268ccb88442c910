import { createHash } from "node:crypto";
import { parseId, type AllocationId } from "../../../protocol/ids.ts";
import type { ForwarderAllocation } from "../../../agent/relay/server/forwarder.ts";

/** The `index`-th allocation: everything follows from its number, so that the process that forwards and the one that binds agree. */
export function benchAllocation(index: number): ForwarderAllocation {
  const secret = (purpose: string): Buffer => createHash("sha256").update(`${purpose} ${index}`).digest();
  const id = parseId<AllocationId>(secret("id").toString("hex").slice(0, 32));
  if (!id.ok) throw new Error("not an id");
  return {
    id: id.value,
    legs: {
      a: { wireguardKey: secret("wireguard a"), legKey: secret("leg a") },
      b: { wireguardKey: secret("wireguard b"), legKey: secret("leg b") },
    },
  };
}
