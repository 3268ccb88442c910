import { familyOf, isUsableRemote, sameEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { isGlobal } from "../../protocol/global-address.ts";
import type { InviteWay } from "../../protocol/invite.ts";

/** What this host knows of its own addresses. */
export type OwnAddresses = {
  /** Own public endpoints that an operator gave. */
  readonly configured: readonly Endpoint[];
  readonly addresses: readonly string[];
  readonly listenPort: number;
};

/** A joiner tries them one after the other, 2.5 s each: all of them within the 30 s after which it gives up. */
const MAX_INVITE_WAYS = 8;

/** Where others reach this host without traversal: what the operator gave, else addresses that are global. */
export function publicEndpoints({ configured, addresses, listenPort }: OwnAddresses): readonly Endpoint[] {
  if (configured.length > 0) return configured;
  return addresses.filter(isGlobal).map((address) => ({ address, port: listenPort }));
}

/** A relay without a public address still serves its own local network. */
export function relayEndpoints(own: OwnAddresses): readonly Endpoint[] {
  const known = publicEndpoints(own);
  if (known.length > 0) return known;
  return own.addresses.map((address) => ({ address, port: own.listenPort }));
}

/**
 * Ways to this host to put into an invite, the surest first, each once: those that are reached without traversal, then
 * by relays, then where the host may be reached, from its LAN or by luck.
 */
export function inviteWays(
  open: readonly Endpoint[],
  relays: readonly Endpoint[],
  candidates: readonly Endpoint[],
): readonly InviteWay[] {
  const isUsable = ({ address }: Endpoint): boolean => isUsableRemote(address);
  const direct = (endpoint: Endpoint): InviteWay => ({ endpoint, relayed: false });
  const all = [
    // However many there are, a relay is tried.
    ...open
      .filter(isUsable)
      .slice(0, MAX_INVITE_WAYS - relays.length)
      .map(direct),
    ...relays.map((endpoint) => ({ endpoint, relayed: true })),
    ...candidates.filter(isUsable).map(direct),
  ];
  return all
    .filter(
      ({ endpoint }, index) => all.findIndex((other) => sameEndpoint(other.endpoint, endpoint)) === index,
    )
    .slice(0, MAX_INVITE_WAYS);
}

/** Whether packets can leave for it at all: this host has an address of its family. */
export function canReach(addresses: readonly string[], address: string): boolean {
  return addresses.some((own) => familyOf(own) === familyOf(address));
}

/** Those that packets can leave for; all of them where none is, as the host may only be getting its addresses. */
export function waysFrom(addresses: readonly string[], ways: readonly InviteWay[]): readonly InviteWay[] {
  const open = ways.filter(({ endpoint }) => canReach(addresses, endpoint.address));
  return open.length > 0 ? open : ways;
}

/** Those that can be reached from `addresses`, first the family that reaches this relay now. */
export function orderEndpoints(
  endpoints: readonly Endpoint[],
  current: Endpoint | undefined,
  addresses: readonly string[],
): readonly Endpoint[] {
  const preferred = current === undefined ? "ipv4" : familyOf(current.address);
  const rank = ({ address }: Endpoint): number => Number(familyOf(address) === preferred);
  return endpoints
    .filter(({ address }) => canReach(addresses, address))
    .toSorted((a, b) => rank(b) - rank(a));
}
