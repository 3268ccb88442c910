import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";

/** What is left out stays as it is. The peer is added where the interface does not know it. */
export type PeerUpdate = {
  readonly publicKey: string;
  readonly remove?: false;
  readonly endpoint?: Endpoint;
  /** 0 turns it off. */
  readonly keepaliveSec?: number;
} & (
  | { readonly reset?: false; readonly allowedIps?: readonly string[] }
  /**
   * Removes the peer and adds it again: WireGuard then forgets that it sent an initiation less than 5 s ago
   * (REKEY_TIMEOUT) and sends the next one at once. It also forgets session, endpoint, counters and allowed IPs:
   * only for a peer without a live session.
   */
  | { readonly reset: true; readonly allowedIps: readonly string[] }
) &
  (
    | { readonly kick?: false }
    /**
     * Sends something now: the keepalive that follows when the interval goes from 0 to N, or the handshake that it
     * needs. (A new endpoint alone sends nothing.)
     */
    | { readonly kick: true; readonly keepaliveSec: number }
  );

export type PeerRemoval = { readonly publicKey: string; readonly remove: true };

export type PeerChange = PeerRemoval | PeerUpdate;

/** What is said of a peer where it is named once. Two sections of one peer take effect in their order, with `wg` and wireguard-go. */
export type PeerSection = {
  readonly publicKey: string;
  readonly remove?: true;
  readonly endpoint?: Endpoint | undefined;
  readonly allowedIps?: readonly string[] | undefined;
  readonly keepaliveSec?: number | undefined;
};

/**
 * Peers in one `wg set`. A peer takes up to 400 bytes of argv, so a command stays at a tenth of the 2 MiB that Linux
 * gives argv and environment together; more at once would save nothing, a spawn costs 5 ms.
 */
export const MAX_PEERS_PER_COMMAND = 500;

/** That is how a reset and a kick fit into one command, or one request. */
export function peerSections(change: PeerChange): PeerSection[] {
  const { publicKey } = change;
  if (change.remove) return [{ publicKey, remove: true }];
  const { allowedIps, endpoint, keepaliveSec, kick = false, reset = false } = change;
  const update = { publicKey, endpoint, allowedIps };
  // A peer just added again has keepalive 0 already.
  if (reset)
    return [
      { publicKey, remove: true },
      { ...update, keepaliveSec },
    ];
  if (kick)
    return [
      { ...update, keepaliveSec: 0 },
      { publicKey, keepaliveSec },
    ];
  return [{ ...update, keepaliveSec }];
}

/** Arguments of the `wg set` commands that make the changes, in their order; mostly one. No secrets. */
export function peerArguments(interfaceName: string, changes: readonly PeerChange[]): string[][] {
  const commands: string[][] = [];
  for (let start = 0; start < changes.length; start += MAX_PEERS_PER_COMMAND) {
    const batch = changes.slice(start, start + MAX_PEERS_PER_COMMAND);
    commands.push(["set", interfaceName, ...batch.flatMap(peerSections).flatMap(sectionArguments)]);
  }
  return commands;
}

function sectionArguments(section: PeerSection): string[] {
  const { publicKey, endpoint, allowedIps, keepaliveSec } = section;
  const args = ["peer", publicKey];
  if (section.remove) args.push("remove");
  if (endpoint !== undefined) args.push("endpoint", formatEndpoint(endpoint));
  if (allowedIps !== undefined) args.push("allowed-ips", allowedIps.join(","));
  if (keepaliveSec !== undefined) args.push("persistent-keepalive", String(keepaliveSec));
  return args;
}
