import { formatEndpoint, isUsableRemote, parseEndpoint, type Endpoint } from "../protocol/endpoint.ts";
import type { WallMs } from "../protocol/time.ts";

/**
 * What this host has lived through with its peers. All of it is hints for what to dial first, never authority:
 * who a peer is comes from the signed roster. Values are immutable; events give back new ones.
 */
export type CacheData = {
  readonly version: typeof CACHE_VERSION;
  /** By member id. */
  readonly peers: Readonly<Record<string, PeerHistory>>;
};

export type PeerHistory = {
  /** By "address:port": a set, because a peer with two uplinks has several right endpoints at once. */
  readonly endpoints: Readonly<Record<string, EndpointHistory>>;
  /** By the relay's member id. A relay's own record is the sum over peers, so it is not stored. */
  readonly relays: Readonly<Record<string, RelayHistory>>;
};

/** What trying one way to a peer has shown. Failures are `attempts - successes`. */
export type Experience = {
  readonly attempts: number;
  /** At most `attempts`. */
  readonly successes: number;
  readonly lastOutcome?: Outcome | undefined;
  readonly firstSeenAt: WallMs;
  /** When it was last heard of or worked; a failed attempt is no sighting. */
  readonly lastSeenAt: WallMs;
  readonly lastSuccessAt?: WallMs | undefined;
  /** Smoothed; undefined until measured. */
  readonly rttMs?: number | undefined;
  /** Smoothed share of lost packets, 0 to 1; undefined until measured. */
  readonly loss?: number | undefined;
};

export type EndpointHistory = Experience & {
  readonly kind: EndpointKind;
  /** Who told us of it at `lastSeenAt`. */
  readonly source: EndpointSource;
  /** For kinds "relayed" and "carrier": the volunteer whose host this is, so that its revocation takes the row along. */
  readonly relay?: string | undefined;
};

export type RelayHistory = Experience & {
  /** Both ways. A number: 2^53 bytes are 9 PB, and it stops there. */
  readonly bytes: number;
};

export type Outcome = (typeof OUTCOMES)[number];
export type EndpointKind = (typeof ENDPOINT_KINDS)[number];
export type EndpointSource = (typeof ENDPOINT_SOURCES)[number];

export const CACHE_VERSION = 2;
export const OUTCOMES = ["success", "failure"] as const;

/** RFC 8445 section 4's types; "port-mapped" by UPnP-IGD, NAT-PMP or PCP; "carrier" where plain UDP does not pass. */
export const ENDPOINT_KINDS = [
  "host",
  "server-reflexive",
  "peer-reflexive",
  "port-mapped",
  "relayed",
  "carrier",
] as const;

/**
 * "check": a STUN check from there; "wireguard": the source of authenticated packets; "signalling": the peer's candidates;
 * "record": its signed endpoint record; "discovery": LAN or DHT; "config": the operator; "invite" and "import" by hand.
 */
export const ENDPOINT_SOURCES = [
  "check",
  "wireguard",
  "signalling",
  "record",
  "discovery",
  "config",
  "invite",
  "import",
] as const;

export const EMPTY_CACHE: CacheData = { version: CACHE_VERSION, peers: {} };
export const EMPTY_PEER: PeerHistory = { endpoints: {}, relays: {} };

export function isMemberId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/** Whether packets to this kind of endpoint reach the peer's own host with nobody in between. */
export function isDirectKind(kind: EndpointKind): boolean {
  switch (kind) {
    case "host":
    case "server-reflexive":
    case "peer-reflexive":
    case "port-mapped":
      return true;
    case "relayed":
    case "carrier":
      return false;
  }
}

/** The endpoint that a key stands for; undefined where it is none, or one that we must not send to. */
export function endpointOf(key: string): Endpoint | undefined {
  const parsed = parseEndpoint(key);
  return parsed.ok && isUsableRemote(parsed.value.address) ? parsed.value : undefined;
}

/** The one key of an endpoint, whatever form its address was written in; undefined as for `endpointOf`. */
export function keyOf(endpoint: Endpoint): string | undefined {
  const usable = endpointOf(formatEndpoint(endpoint));
  return usable === undefined ? undefined : formatEndpoint(usable);
}
