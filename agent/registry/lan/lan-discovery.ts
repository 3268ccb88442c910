import { isInPrefix, type Prefix } from "../../../protocol/address.ts";
import { formatEndpoint, type Endpoint } from "../../../protocol/endpoint.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../log.ts";
import type { StunProbe, StunRequestOptions } from "../../nat/stun-agent.ts";
import type { Random } from "../../random.ts";
import { lanCheckKey, lanCredential, lanSender, saltOf } from "./lan-check.ts";
import type { LanLinkPort, OpenLanLink } from "./lan-link.ts";
import type { LanSecret } from "./lan-secret.ts";
import { Sightings, type Sighting } from "./sightings.ts";
import { announcementOf, decodeTxt, recognise, SALT_BYTES, txtOf, WINDOW_MS } from "./tag.ts";

export type LanDiscoveryParts = {
  readonly self: MemberId;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** WireGuard's. */
  readonly listenPort: number;
  /** This host's addresses on LANs, with the lengths of their prefixes. */
  readonly addresses: () => readonly Prefix[];
  /** Those of the network's secret that still count, newest first. */
  readonly secrets: () => readonly LanSecret[];
  /** From WireGuard's port. */
  readonly stun: StunProbe;
  readonly openLink: OpenLanLink;
  /** Whoever is at `from` knows the network's secret and says that it is this member: worth a check under the pair's key. */
  readonly onMember: (member: MemberId, from: Endpoint) => void;
};

/** Looks at what is due: checks of sightings are minutes apart. */
const TICK_MS = 10_000;

/** On Wi-Fi multicast is lost more often than not; RFC 6762, section 5.2: ever more rarely. */
const FIRST_QUERY_MS = 1_000;
const MAX_QUERY_MS = WINDOW_MS;

const LABEL_BYTES = 8;

/** A neighbour answers within milliseconds; two more datagrams for what ARP and Wi-Fi lose, also where its firewall waits for its own. */
const CHECK: StunRequestOptions = { retransmitMs: [500, 1_500], timeoutMs: 3_000 };
const MAX_CHECKS = 16;

type Link = { readonly own: Prefix; readonly port: LanLinkPort };

/**
 * Finds members on the LANs of this host without anybody else's help, and lets itself be found: announces on each a
 * salted tag that only members can make out, asks whoever announces one who it is, and answers who asks. Owner of the links and timers.
 */
export class LanDiscovery implements AsyncDisposable {
  readonly #parts: LanDiscoveryParts;
  readonly #sightings = new Sightings();
  /** Of this host's announcements, the current ones and those before, by which others may still ask. */
  #secretBySalt = new Map<string, LanSecret>();
  #secretBySaltBefore = new Map<string, LanSecret>();
  #links: readonly Link[] = [];
  #addresses = "";
  #announcedEpoch: number | undefined;
  #checks = 0;
  #queryDelayMs = FIRST_QUERY_MS;
  readonly #cancels = new Set<() => void>();
  #cancelRotation: () => void = () => undefined;
  #cancelQuery: () => void = () => undefined;
  #changing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: LanDiscoveryParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#tickLater();
    this.refresh();
  }

  /** This host's addresses may have changed: where they have, everything begins anew, under names and salts that nobody has seen. */
  refresh(): void {
    this.#inTurn(async () => {
      const addresses = this.#parts.addresses();
      const text = JSON.stringify(addresses);
      if (text === this.#addresses) return;
      this.#addresses = text;
      await this.#closeLinks();
      this.#sightings.clear();
      this.#links = await this.#open(addresses);
      this.#queryDelayMs = FIRST_QUERY_MS;
      await this.#announce();
      this.#queryLater();
    });
  }

  /** Of a check that asks who is behind an announcement of this host; undefined where it is none of that. */
  keyFor(username: string): Uint8Array | undefined {
    const secret = this.#secretOf(username);
    const salt = saltOf(username);
    return secret === undefined || salt === undefined ? undefined : lanCheckKey(secret, salt);
  }

  /** Such a check came, and its sender knew the key. */
  onCheck(username: string, from: Endpoint): void {
    const secret = this.#secretOf(username);
    const member = secret && lanSender(username, secret);
    if (member === undefined || member === this.#parts.self) return;
    // What knows of an announcement is on the LAN where it was made.
    if (!this.#links.some(({ own }) => isInPrefix(from.address, own))) return;
    this.#parts.log.debug({ peer: member, from: formatEndpoint(from) }, "member found on the LAN");
    this.#parts.onMember(member, from);
  }

  /** Takes back what was announced. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.#changing;
    // Not before: what was under way has set timers to its end.
    for (const cancel of this.#cancels) cancel();
    await this.#closeLinks();
  }

  async #open(addresses: readonly Prefix[]): Promise<readonly Link[]> {
    const links: Link[] = [];
    for (const own of addresses) {
      try {
        const port = await this.#parts.openLink(own, {
          onHeard: (at, txt) => this.#heard(at, txt),
          onGone: (at, txt) => {
            const announcement = decodeTxt(txt);
            if (announcement.ok) this.#sightings.remove(at, announcement.value.salt);
          },
        });
        links.push({ own, port });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        this.#parts.log.warn({ address: own.address, code }, "members are not looked for on this LAN");
      }
    }
    return links;
  }

  async #closeLinks(): Promise<void> {
    const links = this.#links;
    this.#links = [];
    await Promise.all(links.map(({ port }) => port[Symbol.asyncDispose]()));
  }

  /** New salts and names on every link. */
  async #announce(): Promise<void> {
    const { clock, random, listenPort, secrets } = this.#parts;
    const [secret] = secrets();
    if (secret === undefined) return;
    this.#announcedEpoch = secret.epoch;
    this.#secretBySaltBefore = this.#secretBySalt;
    this.#secretBySalt = new Map();
    for (const { own, port } of this.#links) {
      const salt = hex(random.bytes(SALT_BYTES));
      const at = { address: own.address, port: listenPort };
      const announcement = announcementOf(secret, salt, at, clock.wallNow());
      this.#secretBySalt.set(salt, secret);
      await port.announce(hex(random.bytes(LABEL_BYTES)), listenPort, txtOf(announcement));
    }
    this.#rotateLater();
  }

  #heard(at: Endpoint, txt: unknown): void {
    const { clock, secrets } = this.#parts;
    const announcement = decodeTxt(txt);
    if (!announcement.ok || this.#isOwn(announcement.value.salt)) return;
    const secret = recognise(announcement.value, at, secrets(), clock.wallNow());
    if (secret === undefined) return;
    this.#sightings.add({ at, salt: announcement.value.salt, secret }, clock.monotonicNow());
    this.#checkDue();
  }

  #checkDue(): void {
    const due = this.#sightings.due(this.#parts.clock.monotonicNow(), MAX_CHECKS - this.#checks);
    for (const sighting of due) void this.#check(sighting);
  }

  async #check(sighting: Sighting): Promise<void> {
    const { stun, self, random, clock } = this.#parts;
    const credential = lanCredential(sighting.secret, sighting.salt, self, random);
    this.#checks++;
    const answer = await stun(sighting.at, credential, CHECK);
    this.#checks--;
    if (answer.ok && answer.value.errorCode === undefined)
      this.#sightings.answered(sighting, clock.monotonicNow());
  }

  /** Apart by chance: the LAN must not see all members of a network change at once. */
  #rotateLater(): void {
    const { random } = this.#parts;
    this.#cancelRotation();
    this.#cancelRotation = this.#after(WINDOW_MS * (0.75 + random.fraction() / 2), () =>
      this.#inTurn(() => this.#announce()),
    );
  }

  #queryLater(): void {
    this.#cancelQuery();
    this.#cancelQuery = this.#after(this.#queryDelayMs, () => {
      for (const { port } of this.#links) port.query();
      this.#queryDelayMs = Math.min(MAX_QUERY_MS, 2 * this.#queryDelayMs);
      this.#queryLater();
    });
  }

  #tickLater(): void {
    this.#after(TICK_MS, () => {
      this.#checkDue();
      // A revocation has begun another epoch: whoever was revoked makes out the tags of the one before.
      if (this.#parts.secrets()[0]?.epoch !== this.#announcedEpoch) this.#inTurn(() => this.#announce());
      this.#tickLater();
    });
  }

  #after(delayMs: number, work: () => void): () => void {
    const cancelTimer = this.#parts.clock.after(delayMs, () => {
      this.#cancels.delete(cancel);
      if (!this.#closed) work();
    });
    const cancel = (): void => {
      this.#cancels.delete(cancel);
      cancelTimer();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  #inTurn(work: () => Promise<void>): void {
    this.#changing = this.#changing
      .then(() => (this.#closed ? undefined : work()))
      .catch((error: unknown) => this.#parts.log.warn({ err: error }, "LAN discovery failed"));
  }

  #isOwn(salt: string): boolean {
    return this.#secretBySalt.has(salt) || this.#secretBySaltBefore.has(salt);
  }

  #secretOf(username: string): LanSecret | undefined {
    const salt = saltOf(username) ?? "";
    return this.#secretBySalt.get(salt) ?? this.#secretBySaltBefore.get(salt);
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
