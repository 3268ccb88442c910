import type { KeyObject } from "node:crypto";
import type { Duplex } from "node:stream";
import { refused, type Decoded } from "../../protocol/decoded.ts";
import type {
  AnswerTo,
  Failure,
  Notification,
  Redeem,
  Redeemed,
  RequestBody,
  ResponseBody,
} from "../../protocol/frame-body.ts";
import { NONCE_BYTES } from "../../protocol/frame.ts";
import type { InviteId, MemberId, NetworkId } from "../../protocol/ids.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import { KeyedLimiter } from "../rate-limit.ts";
import { Connection } from "./connection.ts";
import { Dialer } from "./dialer.ts";
import type { ControlPeer, Directory } from "./directory.ts";
import { InviteConnection } from "./invite.ts";
import { PacketTally } from "./packet-tally.ts";
import { PING_INTERVAL_MS, type PeerGreeting } from "./session.ts";
import type { ControlStreams, IncomingStream } from "./streams.ts";

/** Connections that a source opens: a burst for a host whose link flaps, then one a second. */
const ACCEPT_RATE = { perSec: 1, burst: 20 };

/** More sources than a network of a thousand has, with its open invites. */
const MAX_SOURCES = 4096;

/** Not yet through the hello, or of one invite: one, its replacement, and room for two that died on the way. */
const MAX_UNPROVEN = 4;

/** How long a connection stays that is not needed: whatever was asked on it before both sides knew is answered by then. */
const SURPLUS_IDLE_MS = 5_000;

/** Calls under way at once: a volunteer is asked for a few pairs in a second, and each call is over in another. */
const MAX_CALLS = 64;

/** Ten times a bad round trip. A connection that is silent so long on a path that just came up sits in TCP's backoff. */
const PROBE_TIMEOUT_MS = 2_000;

export type ControlPlaneEvents = {
  /** The first connection to a member is up. */
  onConnected(id: MemberId, greeting: PeerGreeting): void;
  /** One is gone and another goes on: what the first carried last may be lost, though the member stayed connected. */
  onReplaced(id: MemberId): void;
  /** The last one is gone; `reason` is a fixed word. */
  onDisconnected(id: MemberId, reason: string): void;
  onNotification(id: MemberId, body: Notification): void;
  onRequest(id: MemberId, body: RequestBody): Promise<ResponseBody | Failure>;
  onRedeem(inviteId: InviteId, body: Redeem): Promise<Redeemed | Failure>;
};

export type ControlPlaneOptions = {
  readonly network: NetworkId;
  readonly self: MemberId;
  readonly identityKey: KeyObject;
  readonly agentVersion: string;
  /** Own overlay address: what is listened on and dialled from. */
  readonly address4: string;
  /** The same for every member of the network. */
  readonly port: number;
  readonly directory: Directory;
  readonly streams: ControlStreams;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly events: ControlPlaneEvents;
};

/**
 * Owns every control connection, its listener and its timers.
 *
 * Where two members dial each other at once, both connections stay good for receiving, and both sides send on the one
 * that the lower id dialled; the other's dialler closes it once nobody has waited for anything on it for a while. So
 * no request is lost to the choice, and both sides make the same one without a word.
 */
export class ControlPlane implements AsyncDisposable {
  readonly #options: ControlPlaneOptions;
  readonly #open = new Map<MemberId, Set<Connection>>();
  /** Not through the hello. */
  readonly #unproven = new Set<Connection>();
  readonly #invites = new Map<InviteConnection, InviteId>();
  readonly #dialers = new Map<MemberId, Dialer>();
  readonly #calls = new Map<MemberId, Promise<boolean>>();
  /** Ends the wait of a call. */
  readonly #callEnds = new Map<MemberId, () => void>();
  readonly #refusals = new Map<string, number>();
  readonly #tally = new PacketTally();
  readonly #sources = new KeyedLimiter(ACCEPT_RATE, MAX_SOURCES);
  #listener: AsyncDisposable | undefined;
  #cancelSweep: (() => void) | undefined;
  #disposed = false;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
  }

  /** On the overlay address only. Rejects with AgentError "port.taken" or "interface.failed". */
  async listen(): Promise<void> {
    const { streams, address4, port } = this.#options;
    const listener = await streams.listen(address4, port, (incoming) => this.#accept(incoming));
    if (this.#disposed) await listener[Symbol.asyncDispose]();
    else this.#listener = listener;
  }

  /** Whom to stay connected with. Others are not cut off: they may have reasons of their own to be connected with us. */
  setTargets(targets: Iterable<MemberId>): void {
    if (this.#disposed) return;
    const wanted = new Set(targets);
    wanted.delete(this.#options.self);
    for (const [id, dialer] of this.#dialers) {
      if (wanted.has(id)) continue;
      dialer.rest();
      this.#dialers.delete(id);
    }
    for (const id of wanted) {
      if (!this.#dialers.has(id)) this.#dialers.set(id, this.#dialerTo(id));
      this.#dialIfNeeded(id);
    }
    this.#sweepLater();
  }

  /** A path to this member has just come up, or changed: a connection that it left behind is found out and replaced. */
  retryNow(id: MemberId): void {
    const open = [...(this.#open.get(id) ?? [])];
    for (const connection of open) {
      void connection.pingNow(PROBE_TIMEOUT_MS).then((rttMs) => {
        if (rttMs === undefined) connection.close("ping.unanswered");
      });
    }
    if (open.length > 0) return;
    const dialer = this.#dialers.get(id);
    if (dialer === undefined) return;
    for (const connection of [...this.#unproven]) {
      if (connection.peer === id && connection.dialed) connection.close("connection.retried");
    }
    dialer.dialNow();
  }

  /** This host has moved or slept: connections that did not survive it are found out and replaced. */
  retryAll(): void {
    for (const id of new Set([...this.#open.keys(), ...this.#dialers.keys()])) this.retryNow(id);
  }

  /** The member is revoked: at once, with whatever is under way. */
  dropMember(id: MemberId): void {
    this.#dialers.get(id)?.rest();
    this.#dialers.delete(id);
    for (const connection of [...(this.#open.get(id) ?? []), ...this.#unproven]) {
      if (connection.peer === id) connection.close("member.revoked");
    }
  }

  /** Into the tunnel, since this host runs as a member; see `PacketTally`. */
  get sentPackets(): number {
    return this.#tally.packets;
  }

  connected(): readonly MemberId[] {
    return [...this.#open.keys()].filter((id) => this.connectionTo(id) !== undefined);
  }

  /** The connection to send on. */
  connectionTo(id: MemberId): Connection | undefined {
    const open = [...(this.#open.get(id) ?? [])].filter((connection) => connection.isOpen);
    return open.find((connection) => this.#isPreferred(connection)) ?? open[0];
  }

  /** Never rejects. Refused with the failure's code, "not-connected", or as `Connection.request` says. */
  request<Body extends RequestBody>(
    id: MemberId,
    body: Body,
    timeoutMs: number,
  ): Promise<Decoded<AnswerTo<Body>>> {
    return this.connectionTo(id)?.request(body, timeoutMs) ?? Promise.resolve(refused("not-connected"));
  }

  /**
   * Whether there is a connection, which is dialled once where there is none. It is closed again when nobody has asked
   * anything on it for a while, unless the member is a target.
   */
  reach(id: MemberId, timeoutMs: number): Promise<boolean> {
    if (this.connectionTo(id) !== undefined) return Promise.resolve(true);
    const peer = this.#options.directory.memberOf(id);
    const known = this.#calls.get(id);
    if (known !== undefined) return known;
    if (peer === undefined || this.#disposed || this.#calls.size >= MAX_CALLS) return Promise.resolve(false);
    const call = this.#call(peer, timeoutMs).finally(() => this.#calls.delete(id));
    this.#calls.set(id, call);
    return call;
  }

  /** Whether it was sent; not whether it arrives. */
  notify(id: MemberId, body: Notification): boolean {
    return this.connectionTo(id)?.notify(body) ?? false;
  }

  /** To all that are connected but `except`, from whom it came. Returns to how many. */
  broadcast(body: Notification, except?: MemberId): number {
    return this.connected().filter((id) => id !== except && this.notify(id, body)).length;
  }

  /** How often what was refused or closed, by reason. The reasons are fixed words: the map is bounded. */
  refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#cancelSweep?.();
    for (const dialer of this.#dialers.values()) dialer.rest();
    this.#dialers.clear();
    for (const end of this.#callEnds.values()) end();
    for (const connection of [...[...this.#open.values()].flatMap((set) => [...set]), ...this.#unproven])
      connection.close("agent.stopping");
    for (const invite of [...this.#invites.keys()]) invite.close("agent.stopping");
    const listener = this.#listener;
    this.#listener = undefined;
    await listener?.[Symbol.asyncDispose]();
  }

  #accept({ stream, remoteAddress }: IncomingStream): void {
    const refusal = this.#tryAccept(stream, remoteAddress);
    if (refusal === undefined) return;
    this.#count(refusal);
    stream.on("error", () => undefined).destroy();
  }

  /** Undefined: the stream has an owner. */
  #tryAccept(stream: Duplex, remoteAddress: string): string | undefined {
    const { directory, clock, self } = this.#options;
    if (this.#disposed) return "agent.stopping";
    const peer = directory.memberAt(remoteAddress);
    const inviteId = peer === undefined ? directory.inviteAt(remoteAddress) : undefined;
    if (peer === undefined && inviteId === undefined) return "source.unknown";
    if (peer?.id === self) return "source.self";
    if (!this.#sources.allows(remoteAddress, clock.monotonicNow())) return "source.rate";
    if (peer !== undefined) {
      const unproven = [...this.#unproven].filter((other) => other.peer === peer.id && !other.dialed);
      if (unproven.length >= MAX_UNPROVEN) return "source.too-many";
      this.#begin(stream, peer, false);
    } else if (inviteId !== undefined) {
      const open = [...this.#invites.values()].filter((other) => other === inviteId);
      if (open.length >= MAX_UNPROVEN) return "source.too-many";
      this.#beginInvite(stream, inviteId);
    }
    return undefined;
  }

  #beginInvite(stream: Duplex, inviteId: InviteId): void {
    const { clock, log, events } = this.#options;
    const invite = new InviteConnection({
      stream,
      inviteId,
      onRedeem: (body) => events.onRedeem(inviteId, body),
      onClosed: (reason) => {
        this.#invites.delete(invite);
        this.#count(reason);
      },
      clock,
      log,
    });
    this.#invites.set(invite, inviteId);
  }

  #begin(stream: Duplex, peer: ControlPeer, dialed: boolean): void {
    const { network, self, identityKey, agentVersion, random, clock, log, events } = this.#options;
    const connection = new Connection({
      stream,
      dialed,
      tally: this.#tally,
      session: { network, self, identityKey, agentVersion, peer, nonce: random.bytes(NONCE_BYTES) },
      clock,
      log: log.child({ component: "control", peer: peer.id.slice(0, 8), dialed }),
      events: {
        onOpened: (greeting) => this.#onOpened(connection, greeting),
        onClosed: (reason) => this.#onClosed(connection, reason),
        onNotification: (body) => events.onNotification(peer.id, body),
        onRequest: (body) => events.onRequest(peer.id, body),
        onRefused: (reason) => this.#count(reason),
      },
    });
    this.#unproven.add(connection);
  }

  #onOpened(connection: Connection, greeting: PeerGreeting): void {
    const { directory, log, events } = this.#options;
    const id = connection.peer;
    if (directory.memberOf(id) === undefined) {
      connection.close("member.revoked"); // while the hello was under way
      return;
    }
    this.#unproven.delete(connection);
    const others = this.#open.get(id);
    this.#open.set(id, new Set([...(others ?? []), connection]));
    this.#dialers.get(id)?.rest();
    log.debug({ peer: id, dialed: connection.dialed, ...greeting }, "control connection open");
    this.#callEnds.get(id)?.();
    if (others === undefined) events.onConnected(id, greeting);
    // Whoever dials again has given up what it dialled before.
    for (const other of others ?? []) {
      if (other.dialed === connection.dialed) other.close("connection.superseded");
    }
    this.#sweepLater();
  }

  #onClosed(connection: Connection, reason: string): void {
    const { clock, log, events } = this.#options;
    const id = connection.peer;
    this.#count(reason);
    log.debug({ peer: id, dialed: connection.dialed, reason }, "control connection closed");
    this.#unproven.delete(connection);
    const open = this.#open.get(id);
    const wasOpen = open?.delete(connection) === true;
    if (wasOpen && open.size > 0) events.onReplaced(id);
    if (wasOpen && open.size === 0) {
      this.#open.delete(id);
      const openMs = clock.monotonicNow() - (connection.openedAt ?? clock.monotonicNow());
      if (openMs >= PING_INTERVAL_MS) this.#dialers.get(id)?.forgive();
      events.onDisconnected(id, reason);
    }
    this.#dialIfNeeded(id);
  }

  async #call(peer: ControlPeer, timeoutMs: number): Promise<boolean> {
    const { streams, address4, port, clock } = this.#options;
    const { promise: opened, resolve } = Promise.withResolvers<undefined>();
    const end = (): void => resolve(undefined);
    this.#callEnds.set(peer.id, end);
    const cancel = clock.after(timeoutMs, end);
    const giveUp = new AbortController();
    const isDialed = [...this.#unproven].some(
      (connection) => connection.peer === peer.id && connection.dialed,
    );
    if (!isDialed) {
      streams.connect(peer.address4, port, address4, giveUp.signal).then(
        (stream) => {
          const isWanted = !this.#disposed && !giveUp.signal.aborted && !this.#open.has(peer.id);
          if (isWanted) this.#begin(stream, peer, true);
          else stream.on("error", () => undefined).destroy();
        },
        () => undefined, // whoever waits hears of it by the clock: a dialler of ours may still get through
      );
    }
    await opened;
    cancel();
    giveUp.abort();
    this.#callEnds.delete(peer.id);
    return this.connectionTo(peer.id) !== undefined;
  }

  #dialerTo(id: MemberId): Dialer {
    const { directory, streams, address4, port, clock, random } = this.#options;
    return new Dialer({
      connect: (signal) => {
        const peer = directory.memberOf(id);
        if (peer === undefined) return Promise.reject(new Error("no such member"));
        return streams.connect(peer.address4, port, address4, signal);
      },
      onStream: (stream) => {
        const peer = directory.memberOf(id);
        if (peer === undefined) stream.on("error", () => undefined).destroy();
        else this.#begin(stream, peer, true);
      },
      clock,
      random,
    });
  }

  #dialIfNeeded(id: MemberId): void {
    const greeting = [...this.#unproven].some((connection) => connection.peer === id && connection.dialed);
    if (!this.#open.has(id) && !greeting) this.#dialers.get(id)?.dial();
  }

  #isPreferred(connection: Connection): boolean {
    return connection.dialed === this.#options.self < connection.peer;
  }

  /** Ours to close: what we dialled, and either want no longer or have a better one for. */
  #isSurplus(connection: Connection): boolean {
    if (!connection.dialed || !connection.isOpen) return false;
    return !this.#dialers.has(connection.peer) || this.connectionTo(connection.peer) !== connection;
  }

  #sweepLater(): void {
    if (this.#cancelSweep !== undefined || this.#disposed) return;
    const surplus = [...this.#open.values()].flatMap((set) => [...set]).filter((one) => this.#isSurplus(one));
    if (surplus.length === 0) return;
    this.#cancelSweep = this.#options.clock.after(SURPLUS_IDLE_MS, () => {
      this.#cancelSweep = undefined;
      for (const connection of surplus) {
        if (this.#isSurplus(connection) && connection.isIdle) connection.finish("connection.surplus");
      }
      this.#sweepLater();
    });
  }

  #count(reason: string): void {
    this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + 1);
  }
}
