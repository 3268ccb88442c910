import { addressAt4, isInPrefix } from "../../protocol/address.ts";
import { memberIdOf, type MemberId } from "../../protocol/ids.ts";
import type {
  MemberCertificate,
  MemberEndpoints,
  NetworkInfo,
  RecordContent,
  RecordKind,
  RelayAnnouncement,
  Revocation,
  Role,
  SecretCommitment,
  SignedRecord,
} from "../../protocol/record.ts";
import type { PairMember } from "../../protocol/relay-token.ts";
import type { WallMs } from "../../protocol/time.ts";

export type RosterMember = {
  readonly id: MemberId;
  readonly name: string;
  readonly identityKey: Uint8Array;
  /** Base64. */
  readonly wireguardKey: string;
  readonly exchangeKey: Uint8Array;
  readonly address4: string;
  readonly address6: string;
  readonly roles: readonly Role[];
  readonly issuedAt: WallMs;
  readonly certificate: SignedRecord<MemberCertificate>;
  /** As in `MemberCertificate`. */
  readonly predecessor?: MemberId | undefined;
  readonly origin?: MemberId | undefined;
};

export type RosterRelay = { readonly member: RosterMember; readonly record: SignedRecord<RelayAnnouncement> };

/** Why somebody with a sound certificate is no member: another's claim came first. */
export type Conflict = "no-network" | "address-outside" | "address-taken" | "name-taken" | "key-taken";

/** What a set of records means. The same set gives the same roster on every host, in whatever order it arrived. */
export type Roster = {
  readonly network: SignedRecord<NetworkInfo> | undefined;
  readonly members: ReadonlyMap<MemberId, RosterMember>;
  /** By whose place they are to take: certified, and no members before that one is revoked. */
  readonly successors: ReadonlyMap<MemberId, RosterMember>;
  readonly memberByName: ReadonlyMap<string, RosterMember>;
  readonly memberByAddress4: ReadonlyMap<string, RosterMember>;
  readonly memberByWireguardKey: ReadonlyMap<string, RosterMember>;
  /** Volunteers with at least one endpoint. */
  readonly relays: ReadonlyMap<MemberId, RosterRelay>;
  readonly endpoints: ReadonlyMap<MemberId, MemberEndpoints>;
  readonly revoked: ReadonlySet<MemberId>;
  /** Of the highest epoch. */
  readonly secret: SignedRecord<SecretCommitment> | undefined;
  readonly conflicts: ReadonlyMap<MemberId, Conflict>;
};

/**
 * Takes records that a store has admitted. Which of them count:
 * - a revoked identity is no member, whatever else is signed;
 * - what an admin certified, or the secret it committed to, is void once somebody else revoked that admin: a stolen key
 *   could back-date whatever it signs. Whoever revokes an admin therefore signs anew what shall stay. An admin that left
 *   by itself keeps its word for what it issued until then;
 * - a certificate for new keys of a member waits until the old keys are given up, by themselves or by the new ones: then all
 *   change over. Where somebody else revoked the old keys, he meant the member, and the new ones are void with it;
 * - of two claims to an address, name or WireGuard key, the network key's own goes first, then the one issued earlier.
 */
export function buildRoster(records: Iterable<SignedRecord>, networkKey: Uint8Array): Roster {
  const all = sortOut(records);
  const standing = (record: SignedRecord): boolean => hasStanding(record, networkKey, all.revocations);
  const network = best(all.networks, (a, b) => a.sequence - b.sequence);
  const certified = new Map(
    [...all.certificates]
      .flatMap(([id, certificates]) => claimOf(id, certificates.filter(standing)))
      .map((claim) => [claim.id, claim]),
  );
  const successors = new Map<MemberId, RosterMember>();
  const claims: RosterMember[] = [];
  for (const candidate of certified.values()) {
    if (all.revocations.has(candidate.id) || isVoidHeir(candidate, certified, all.revocations)) continue;
    const { predecessor } = candidate;
    const waits =
      predecessor !== undefined && certified.has(predecessor) && !all.revocations.has(predecessor);
    if (!waits) {
      claims.push(candidate);
      continue;
    }
    const other = successors.get(predecessor);
    if (other === undefined || compareAge(candidate.certificate, other.certificate) > 0)
      successors.set(predecessor, candidate);
  }
  claims.sort((a, b) => comparePriority(a, b, networkKey));

  const members = new Map<MemberId, RosterMember>();
  const conflicts = new Map<MemberId, Conflict>();
  const memberByName = new Map<string, RosterMember>();
  const memberByAddress4 = new Map<string, RosterMember>();
  const memberByWireguardKey = new Map<string, RosterMember>();
  const addresses6 = new Set<string>();
  for (const member of claims) {
    const conflict = conflictOf(member, network?.content, {
      memberByName,
      memberByAddress4,
      memberByWireguardKey,
      addresses6,
    });
    if (conflict !== undefined) {
      conflicts.set(member.id, conflict);
      continue;
    }
    members.set(member.id, member);
    memberByName.set(member.name, member);
    memberByAddress4.set(member.address4, member);
    memberByWireguardKey.set(member.wireguardKey, member);
    addresses6.add(member.address6);
  }

  const relays = new Map<MemberId, RosterRelay>();
  for (const record of all.relays) {
    const member = members.get(memberIdOf(record.author));
    if (member !== undefined && record.content.endpoints.length > 0)
      relays.set(member.id, { member, record });
  }
  const endpoints = new Map<MemberId, MemberEndpoints>();
  for (const record of all.endpoints) {
    const id = memberIdOf(record.author);
    if (members.has(id)) endpoints.set(id, record.content);
  }
  return {
    network,
    members,
    successors,
    memberByName,
    memberByAddress4,
    memberByWireguardKey,
    relays,
    endpoints,
    revoked: new Set(all.revocations.keys()),
    secret: best(
      all.secrets.filter(standing),
      (a, b) =>
        a.content.epoch - b.content.epoch || a.sequence - b.sequence || Buffer.compare(a.author, b.author),
    ),
    conflicts,
  };
}

/** Of the network's secret, which each revocation by an admin replaces: it moves when it changes who is trusted. */
export function epochOf({ secret }: Pick<Roster, "secret">): number {
  return secret?.content.epoch ?? 0;
}

/** The member that has new keys instead of these, were they the last or its first; undefined where there is none. */
export function heirOf({ members }: Pick<Roster, "members">, id: MemberId): RosterMember | undefined {
  return [...members.values()].find(({ predecessor, origin }) => predecessor === id || origin === id);
}

export function pairMemberOf({ id, wireguardKey }: RosterMember): PairMember {
  return { memberId: id, wireguardKey };
}

type Sorted = {
  readonly networks: SignedRecord<NetworkInfo>[];
  readonly certificates: Map<MemberId, SignedRecord<MemberCertificate>[]>;
  readonly revocations: Map<MemberId, SignedRecord<Revocation>[]>;
  readonly secrets: SignedRecord<SecretCommitment>[];
  readonly relays: SignedRecord<RelayAnnouncement>[];
  readonly endpoints: SignedRecord<MemberEndpoints>[];
};

function sortOut(records: Iterable<SignedRecord>): Sorted {
  const sorted: Sorted = {
    networks: [],
    certificates: new Map(),
    revocations: new Map(),
    secrets: [],
    relays: [],
    endpoints: [],
  };
  for (const record of records) {
    if (isOf(record, "network")) sorted.networks.push(record);
    else if (isOf(record, "member"))
      append(sorted.certificates, memberIdOf(record.content.identityKey), record);
    else if (isOf(record, "revocation")) append(sorted.revocations, record.content.member, record);
    else if (isOf(record, "secret")) sorted.secrets.push(record);
    else if (isOf(record, "relay")) sorted.relays.push(record);
    else if (isOf(record, "endpoints")) sorted.endpoints.push(record);
  }
  return sorted;
}

/** Narrows a record by the kind of its content. */
export function isOf<Kind extends RecordKind>(
  record: SignedRecord,
  kind: Kind,
): record is SignedRecord<Extract<RecordContent, { kind: Kind }>> {
  return record.content.kind === kind;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function hasStanding(
  record: SignedRecord,
  networkKey: Uint8Array,
  revocations: Sorted["revocations"],
): boolean {
  if (Buffer.compare(record.author, networkKey) === 0) return true;
  return (revocations.get(memberIdOf(record.author)) ?? []).every(
    (revocation) =>
      Buffer.compare(revocation.author, record.author) === 0 && record.issuedAt <= revocation.issuedAt,
  );
}

/** Whether any of those whose place it takes was revoked by somebody else than that one and its own heir. */
function isVoidHeir(
  heir: RosterMember,
  certified: ReadonlyMap<MemberId, RosterMember>,
  revocations: Sorted["revocations"],
): boolean {
  const seen = new Set<MemberId>();
  for (let one: RosterMember | undefined = heir; one?.predecessor !== undefined;) {
    const { id, predecessor }: RosterMember = one;
    if (seen.has(id)) return true;
    seen.add(id);
    const authors = (revocations.get(predecessor) ?? []).map(({ author }) => memberIdOf(author));
    if (authors.some((author) => author !== predecessor && author !== id)) return true;
    one = certified.get(predecessor);
  }
  return false;
}

/** An identity's newest certificate; an admin stays one when a later certificate does not say so. */
function claimOf(id: MemberId, certificates: readonly SignedRecord<MemberCertificate>[]): RosterMember[] {
  const newest = best(certificates, compareAge);
  if (newest === undefined) return [];
  const { kind: _kind, ...content } = newest.content;
  const isAdmin = certificates.some((certificate) => certificate.content.roles.includes("admin"));
  const roles: readonly Role[] = isAdmin ? ["member", "admin"] : ["member"];
  return [{ ...content, id, roles, issuedAt: newest.issuedAt, certificate: newest }];
}

/** Positive where `a` is the newer one. */
function compareAge(a: SignedRecord, b: SignedRecord): number {
  return a.sequence - b.sequence || Buffer.compare(a.author, b.author);
}

function comparePriority(a: RosterMember, b: RosterMember, networkKey: Uint8Array): number {
  const rank = (member: RosterMember): number =>
    Buffer.compare(member.certificate.author, networkKey) === 0 ? 0 : 1;
  return rank(a) - rank(b) || a.issuedAt - b.issuedAt || (a.id < b.id ? -1 : 1);
}

function conflictOf(
  member: RosterMember,
  network: NetworkInfo | undefined,
  taken: Pick<Roster, "memberByName" | "memberByAddress4" | "memberByWireguardKey"> & {
    readonly addresses6: ReadonlySet<string>;
  },
): Conflict | undefined {
  if (network === undefined) return "no-network";
  if (!isHostAddress4(member.address4, network)) return "address-outside";
  if (taken.memberByAddress4.has(member.address4) || taken.addresses6.has(member.address6))
    return "address-taken";
  if (taken.memberByName.has(member.name)) return "name-taken";
  if (taken.memberByWireguardKey.has(member.wireguardKey)) return "key-taken";
  return undefined;
}

/** In the prefix, and neither its network nor its broadcast address. */
function isHostAddress4(address: string, { prefix4 }: NetworkInfo): boolean {
  const last = addressAt4(prefix4, 2 ** (32 - prefix4.length) - 1);
  return isInPrefix(address, prefix4) && address !== prefix4.address && address !== last;
}

function best<T>(items: readonly T[], compare: (a: T, b: T) => number): T | undefined {
  return items.reduce<T | undefined>(
    (top, item) => (top === undefined || compare(item, top) > 0 ? item : top),
    undefined,
  );
}
