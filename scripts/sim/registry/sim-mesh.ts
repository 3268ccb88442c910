import { FRAME_COST_BYTES, INBOUND_RATE } from "../../../agent/control/connection.ts";
import { backoffMs } from "../../../agent/control/dialer.ts";
import { fullBucket, takeTokens, type Bucket } from "../../../agent/rate-limit.ts";
import { controlTargets } from "../../../agent/mesh/home-relays.ts";
import type { Random } from "../../../agent/random.ts";
import type { GossipEffect, GossipMessage } from "../../../agent/registry/gossip-message.ts";
import type { MemberId } from "../../../protocol/ids.ts";
import type { SignedRecord } from "../../../protocol/record.ts";
import { monotonicMs } from "../../../protocol/time.ts";
import { frameBytes, wireBytes } from "./costs.ts";
import { EventQueue } from "./event-queue.ts";
import { sharedReader, type Person, type Population } from "./population.ts";
import { SimMember, wallAt } from "./sim-member.ts";

/** Side of the square that members are in: round trips are 115 ms in the mean, and 290 ms at most. */
const SQUARE_MS = 100;
/** Of the last mile, each way. */
const BASE_MS = 5;
/** How much longer than the line a way may take: by queues, and where a relay is between. */
const DETOUR = 0.5;
/** What TCP waits at first before it sends again (RFC 6298, as Linux has it). */
const RETRANSMIT_MS = 200;
/** Bytes in a millisecond: 10 Mbit/s up at home, 100 at a volunteer. */
const LINE = { member: 1_250, volunteer: 12_500 };
/** Two pings of 15 s without a word. */
const SILENCE_MS = 30_000;
/** TCP's handshake and the hello, in one-way times. */
const HELLO_WAYS = 5;
/** A path that is dead is known for it by then, and another neighbour is chosen. */
const RETARGET_MS = 5_000;
const EXCHANGE_MS = 60_000;
const SWEEP_MS = 60_000;

export type MeshOptions = {
  readonly population: Population;
  readonly random: Random;
  /** Of a message, to be sent again. */
  readonly loss: number;
};

type Way = { lastMs: number; bucket: Bucket };
type Connection = {
  readonly ends: readonly [SimMember, SimMember];
  isOpen: boolean;
  /** To the first and to the second end. */
  readonly ways: readonly [Way, Way];
};

/** Everything that was admitted anywhere, with the time. */
export type AdmittedListener = (member: SimMember, record: SignedRecord, atMs: number) => void;

export type DeliveredListener = (to: SimMember, from: SimMember, message: GossipMessage) => void;

/**
 * Members with their control connections, on virtual time. Connections, whom to keep them with and how often to dial are
 * as in the agent; what carries them is paper: a way takes its time, loses and repeats, keeps the order, and has a width.
 */
export class SimMesh {
  readonly queue = new EventQueue();
  readonly members: readonly SimMember[];
  readonly byId: ReadonlyMap<MemberId, SimMember>;
  readonly population: Population;
  readonly random: Random;
  readonly #loss: number;
  readonly #connections = new Map<SimMember, Map<SimMember, Connection>>();
  readonly #failures = new Map<string, number>();
  readonly #dialing = new Set<string>();
  readonly #listeners = new Set<AdmittedListener>();
  readonly #taps = new Set<DeliveredListener>();
  #side: (member: SimMember) => number = () => 0;

  constructor({ population, random, loss }: MeshOptions) {
    this.population = population;
    this.random = random;
    this.#loss = loss;
    const read = sharedReader();
    this.members = population.people.map((person) => {
      const place = { x: random.fraction() * SQUARE_MS, y: random.fraction() * SQUARE_MS };
      return new SimMember(person, population.networkKey, read, place);
    });
    this.byId = new Map(this.members.map((member) => [member.id, member]));
    for (const member of this.members) this.#connections.set(member, new Map());
  }

  /** Everybody knows everything, and is connected with whom it wants to be. */
  settle(): void {
    const { population } = this;
    const now = wallAt(this.queue.now);
    const announced = population.people.flatMap((person) => [
      population.endpoints(person, this.#homes(person), now),
      ...(person.isVolunteer ? [population.relay(person, 0, now)] : []),
    ]);
    const records = [...population.certificates, ...announced];
    for (const member of this.members) for (const { bytes } of records) member.store.restore(bytes, now);
    for (const member of this.members) {
      this.retarget(member);
      const phase = this.random.fraction();
      this.#every(EXCHANGE_MS, phase, () => this.#emit(member, member.gossip.exchange()));
      this.#every(SWEEP_MS, phase, () => void member.store.sweep(wallAt(this.queue.now)));
    }
    this.queue.run(this.queue.now + 3 * EXCHANGE_MS);
    this.forgetTraffic();
  }

  /** Records of one member, published now. */
  publish(member: SimMember, records: readonly SignedRecord[]): void {
    this.#emit(member, member.publish(records, this.queue.now));
    for (const record of records) this.#admitted(member, record, this.queue.now);
  }

  /** To one peer, whatever its own gossip thinks of it. */
  sendRaw(from: SimMember, to: SimMember, message: GossipMessage): void {
    this.#send(from, to, message, this.queue.now);
  }

  /** Messages that a member is given. */
  onDelivered(listener: DeliveredListener): () => void {
    this.#taps.add(listener);
    return () => this.#taps.delete(listener);
  }

  onAdmitted(listener: AdmittedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  connectionsOf(member: SimMember): readonly SimMember[] {
    return [...(this.#connections.get(member)?.values() ?? [])].flatMap((connection) =>
      connection.isOpen ? [otherEnd(connection, member)] : [],
    );
  }

  /** Only members of one side reach each other; paths die and come back as dialling finds out. */
  partition(side: (member: SimMember) => number): void {
    this.#side = side;
    for (const member of this.members)
      for (const [other, connection] of this.#connections.get(member) ?? [])
        if (!this.#reaches(member, other)) this.queue.after(SILENCE_MS, () => this.#closeIfCut(connection));
    for (const member of this.members) this.queue.after(RETARGET_MS, () => this.retarget(member));
  }

  heal(): void {
    this.#side = () => 0;
  }

  /** The host stops; where it says so, its peers know at once. */
  stop(member: SimMember, saysSo: boolean): void {
    member.online = false;
    for (const [other, connection] of [...(this.#connections.get(member) ?? [])]) {
      if (saysSo) this.#close(connection);
      else this.queue.after(SILENCE_MS, () => this.#closeIfCut(connection));
      this.queue.after(RETARGET_MS, () => this.retarget(other));
    }
  }

  start(member: SimMember): void {
    for (const connection of [...(this.#connections.get(member)?.values() ?? [])]) this.#close(connection);
    member.restarted();
    member.online = true;
    this.retarget(member);
  }

  /** Dials whoever it wants to be connected with: the best of all, and stand-ins for those that it cannot reach. */
  retarget(member: SimMember): void {
    if (!member.online) return;
    const known = this.members.filter((other) => other !== member && !member.revoked.has(other.id));
    for (const some of [known, known.filter((other) => this.#reaches(member, other))])
      for (const target of this.#targets(member, some)) this.#dial(member, target);
  }

  forgetTraffic(): void {
    for (const member of this.members) {
      member.busyMs = 0;
      for (const traffic of [member.sent, member.received])
        Object.assign(traffic, { frames: 0, frameBytes: 0, wireBytes: 0 });
    }
  }

  #targets(member: SimMember, among: readonly SimMember[]): readonly SimMember[] {
    const volunteers = among
      .filter(({ person }) => person.isVolunteer)
      .sort((a, b) => distance(member, a) - distance(member, b));
    const ids = controlTargets(
      member.id,
      volunteers.map(({ id }) => id),
      among.map(({ id }) => id),
    );
    return ids.flatMap((id) => this.byId.get(id) ?? []);
  }

  #homes(person: Person): readonly MemberId[] {
    const member = this.members[person.index];
    if (member === undefined) return [];
    const others = this.members.filter((other) => other !== member);
    return this.#targets(member, others)
      .filter((target) => target.person.isVolunteer)
      .slice(0, 3)
      .map(({ id }) => id);
  }

  #reaches(a: SimMember, b: SimMember): boolean {
    return a.online && b.online && this.#side(a) === this.#side(b);
  }

  #dial(from: SimMember, to: SimMember): void {
    const key = `${from.person.index} ${to.person.index}`;
    if (this.#connections.get(from)?.has(to) === true || this.#dialing.has(key)) return;
    this.#dialing.add(key);
    const failures = this.#failures.get(key) ?? 0;
    const delayMs = failures === 0 ? 0 : backoffMs(failures, this.random.fraction());
    this.#failures.set(key, failures + 1);
    this.queue.after(delayMs + HELLO_WAYS * this.#wayMs(from, to), () => {
      this.#dialing.delete(key);
      if (!from.online || from.revoked.has(to.id)) return;
      // Who knows that it was revoked does not let it in.
      if (!this.#reaches(from, to) || to.revoked.has(from.id)) this.#dial(from, to);
      else {
        this.#failures.delete(key);
        this.#open(from, to);
      }
    });
  }

  #open(a: SimMember, b: SimMember): void {
    if (this.#connections.get(a)?.has(b) === true) return;
    const way = (): Way => ({
      lastMs: this.queue.now,
      bucket: fullBucket(INBOUND_RATE, this.queue.now),
    });
    const connection: Connection = { ends: [a, b], isOpen: true, ways: [way(), way()] };
    this.#connections.get(a)?.set(b, connection);
    this.#connections.get(b)?.set(a, connection);
    this.#emit(a, a.gossip.connected(b.id));
    this.#emit(b, b.gossip.connected(a.id));
  }

  #closeIfCut(connection: Connection): void {
    if (connection.isOpen && !this.#reaches(...connection.ends)) this.#close(connection);
  }

  #close(connection: Connection): void {
    if (!connection.isOpen) return;
    connection.isOpen = false;
    const [a, b] = connection.ends;
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      this.#connections.get(one)?.delete(other);
      this.#emit(one, one.gossip.disconnected(other.id));
      this.queue.after(0, () => this.retarget(one));
    }
  }

  #emit(from: SimMember, effects: readonly GossipEffect[], atMs: number = this.queue.now): void {
    for (const { to, message } of effects) {
      const receiver = this.byId.get(to);
      if (receiver !== undefined) this.#send(from, receiver, message, atMs);
    }
  }

  /** Queues behind what its line has to send, takes its way, and is read no faster than a connection reads. */
  #send(from: SimMember, to: SimMember, message: GossipMessage, atMs: number): void {
    const connection = this.#connections.get(from)?.get(to);
    if (connection === undefined || !from.online) return;
    const frame = frameBytes(message);
    const wire = wireBytes(frame);
    add(from.sent, frame, wire);
    const width = from.person.isVolunteer ? LINE.volunteer : LINE.member;
    from.lineFreeAtMs = Math.max(from.lineFreeAtMs, atMs) + wire / width;
    const way = connection.ways[connection.ends[0] === to ? 0 : 1];
    const arrivesAtMs = from.lineFreeAtMs + this.#wayMs(from, to) + this.#repeatMs();
    way.lastMs = Math.max(way.lastMs, arrivesAtMs);
    const { bucket, waitMs } = takeTokens(
      way.bucket,
      INBOUND_RATE,
      frame + FRAME_COST_BYTES,
      monotonicMs(way.lastMs),
    );
    if (waitMs > 0) {
      way.lastMs += waitMs;
      way.bucket = takeTokens(
        bucket,
        INBOUND_RATE,
        frame + FRAME_COST_BYTES,
        monotonicMs(way.lastMs + 1),
      ).bucket;
    } else way.bucket = bucket;
    this.queue.at(way.lastMs, () => this.#deliver(connection, from, to, message, { frame, wire }));
  }

  #deliver(
    connection: Connection,
    from: SimMember,
    to: SimMember,
    message: GossipMessage,
    { frame, wire }: { readonly frame: number; readonly wire: number },
  ): void {
    if (!connection.isOpen || !this.#reaches(from, to)) return;
    add(to.received, frame, wire);
    for (const tap of this.#taps) tap(to, from, message);
    const { effects, admitted, doneAtMs } = to.handle(from.id, message, this.queue.now);
    for (const record of admitted) this.#admitted(to, record, doneAtMs);
    this.#emit(to, effects, doneAtMs);
  }

  #admitted(member: SimMember, record: SignedRecord, atMs: number): void {
    if (record.content.kind === "revocation") this.#hangUp(member, record.content.member);
    for (const listener of this.#listeners) listener(member, record, atMs);
  }

  /** As the agent does at once. Who is revoked itself takes its network down. */
  #hangUp(member: SimMember, revoked: MemberId): void {
    member.revoked.add(revoked);
    if (member.id === revoked) this.stop(member, true);
    const other = this.byId.get(revoked);
    const connection = other && this.#connections.get(member)?.get(other);
    if (connection !== undefined) this.#close(connection);
  }

  #wayMs(a: SimMember, b: SimMember): number {
    return BASE_MS + distance(a, b) * (1 + this.random.fraction() * DETOUR);
  }

  #repeatMs(): number {
    let waitMs = 0;
    for (let next = RETRANSMIT_MS; this.random.fraction() < this.#loss; next *= 2) waitMs += next;
    return waitMs;
  }

  #every(intervalMs: number, phase: number, run: () => void): void {
    const next = (): void => {
      run();
      this.queue.after(intervalMs, next);
    };
    this.queue.after(intervalMs * phase, next);
  }
}

function otherEnd({ ends: [a, b] }: Connection, member: SimMember): SimMember {
  return a === member ? b : a;
}

function distance(a: SimMember, b: SimMember): number {
  return Math.hypot(a.place.x - b.place.x, a.place.y - b.place.y);
}

function add(traffic: SimMember["sent"], frame: number, wire: number): void {
  traffic.frames++;
  traffic.frameBytes += frame;
  traffic.wireBytes += wire;
}
