import type { Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import {
  failure,
  type AllocationLeg,
  type AllocationWarning,
  type Certify,
  type Failure,
  type Notification,
  type Redeem,
  type Redeemed,
  type RequestBody,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import type { AllocationId, InviteId, MemberId } from "../../protocol/ids.ts";
import type { MessageContent } from "../../protocol/message.ts";
import type { Directory } from "../control/directory.ts";
import { Forwarding, type Way } from "../control/forwarding.ts";
import { ControlPlane } from "../control/plane.ts";
import type { ControlStreams } from "../control/streams.ts";
import type { MeshContext } from "./context.ts";
import { SecretKeeper } from "./secret-keeper.ts";
import type { RelayRequest } from "./volunteering.ts";

export type MessagingEvents = {
  onConnected(id: MemberId): void;
  onDisconnected(id: MemberId): void;
  onMessage(from: MemberId, content: MessageContent): void;
  /** A volunteer grants us an allocation that the other end asked for. */
  onOffer(from: MemberId, leg: AllocationLeg): void;
  onAllocationEnded(from: MemberId, allocation: AllocationId, reason: string): void;
  onAllocationWarning(from: MemberId, warning: AllocationWarning): void;
  /** A volunteer is about to stop. */
  onDraining(from: MemberId): void;
  serveRelay(from: MemberId, request: RelayRequest): Promise<ResponseBody | Failure>;
  /** A member wants to know whether this endpoint of its can be reached. */
  serveProbe(from: MemberId, endpoint: Endpoint): Promise<ResponseBody | Failure>;
  /** A member asks at which address this host sees another. */
  serveObserve(member: MemberId): ResponseBody | Failure;
  /** A joining host wants membership. */
  onRedeem(inviteId: InviteId, body: Redeem): Promise<Redeemed | Failure>;
  /** A member wants keys certified. */
  onCertify(from: MemberId, body: Certify): Promise<ResponseBody | Failure>;
  onSecretLearned(): void;
};

export type MessagingParts = {
  readonly context: MeshContext;
  readonly streams: ControlStreams;
  readonly address4: string;
  readonly controlPort: number;
  readonly version: string;
  readonly inviteAt: Directory["inviteAt"];
  readonly isVolunteering: () => boolean;
  readonly events: MessagingEvents;
};

/**
 * Everything that members say to each other: control connections, what is forwarded, gossip and secrets, each handed to
 * whom it concerns. Owner of the control plane.
 */
export class Messaging implements AsyncDisposable {
  readonly control: ControlPlane;
  readonly #context: MeshContext;
  readonly #events: MessagingEvents;
  readonly #forwarding: Forwarding;
  readonly #secrets: SecretKeeper;
  readonly #skewByMember = new Map<MemberId, number>();

  constructor(parts: MessagingParts) {
    const { context, events } = parts;
    const { network, self, identity, registry, clock, random, log } = context;
    const directory: Directory = {
      memberAt: (address4) => registry.roster.memberByAddress4.get(address4),
      memberOf: (id) => registry.roster.members.get(id),
      inviteAt: parts.inviteAt,
    };
    this.#context = context;
    this.#events = events;
    this.control = new ControlPlane({
      network,
      self,
      identityKey: identity.keys.sign,
      agentVersion: parts.version,
      address4: parts.address4,
      port: parts.controlPort,
      directory,
      streams: parts.streams,
      clock,
      random,
      log,
      events: {
        onConnected: (id, { skewMs }) => this.#onConnected(id, skewMs),
        onReplaced: (id) => context.registry.replaced(id),
        onDisconnected: (id) => this.#onDisconnected(id),
        onNotification: (id, body) => this.#onNotification(id, body),
        onRequest: (id, body) => this.#onRequest(id, body),
        onRedeem: (inviteId, body) => events.onRedeem(inviteId, body),
      },
    });
    // Here and not after the start: members connect while it still runs.
    registry.sendBy((to, message) => void this.control.notify(to, message));
    this.#forwarding = new Forwarding({
      network,
      self,
      identityKey: identity.keys.sign,
      exchangeKey: identity.keys.exchange,
      directory,
      plane: this.control,
      homeRelaysOf: (id) => registry.roster.endpoints.get(id)?.homeRelays ?? [],
      volunteers: () => [...registry.roster.relays.keys()],
      isVolunteering: parts.isVolunteering,
      onMessage: (from, content) => events.onMessage(from, content),
      clock,
      random,
      log: log.child({ component: "forwarding" }),
    });
    this.#secrets = new SecretKeeper({
      context,
      control: this.control,
      onLearned: () => events.onSecretLearned(),
    });
  }

  /** How far each connected member's clock is ahead of ours. */
  get skewsMs(): readonly number[] {
    return [...this.#skewByMember.values()];
  }

  /** By whatever way there is. Never rejects; see `Forwarding.sendToMember`. */
  send(to: MemberId, content: MessageContent, first: "direct" | "carriers"): Promise<Decoded<Way>> {
    return this.#forwarding.sendToMember(to, content, first);
  }

  /** The roster may name a newer secret. */
  askForSecret(): void {
    void this.#secrets.ask();
  }

  /**
   * A revoked member's connection ends at once. Its last message says why, so that an honest agent can tell its
   * operator; whether it arrives makes no difference to us.
   */
  dropMember(member: MemberId, revocation: Uint8Array): void {
    this.control.notify(member, { kind: "records", records: [revocation] });
    this.control.dropMember(member);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.control[Symbol.asyncDispose]();
  }

  #onConnected(id: MemberId, skewMs: number): void {
    this.#skewByMember.set(id, skewMs);
    this.#context.registry.connected(id);
    this.#events.onConnected(id);
    this.askForSecret();
  }

  #onDisconnected(id: MemberId): void {
    this.#skewByMember.delete(id);
    this.#context.registry.disconnected(id);
    this.#events.onDisconnected(id);
  }

  #onNotification(from: MemberId, body: Notification): void {
    switch (body.kind) {
      case "store-root":
      case "store-buckets":
      case "digest":
      case "wanted":
      case "records":
      case "subscription":
        void this.#context.registry.receive(from, body);
        break;
      case "forwarded":
        this.#forwarding.receive(from, body);
        break;
      case "allocation-offer":
        this.#events.onOffer(from, body);
        break;
      case "allocation-ended":
        this.#events.onAllocationEnded(from, body.allocation, body.reason);
        break;
      case "allocation-warning":
        this.#events.onAllocationWarning(from, body);
        break;
      case "draining":
        this.#events.onDraining(from);
        break;
    }
  }

  async #onRequest(from: MemberId, body: RequestBody): Promise<ResponseBody | Failure> {
    switch (body.kind) {
      case "redeem":
        return failure("invite.not-here", "members do not redeem");
      case "allocate":
      case "refresh":
      case "release":
        return this.#events.serveRelay(from, body);
      case "forward":
        return this.#forwarding.serve(from, body);
      case "secret":
        return this.#secrets.serve(body.epoch);
      case "probe":
        return this.#events.serveProbe(from, body.endpoint);
      case "observe":
        return this.#events.serveObserve(body.member);
      case "certify":
        return this.#events.onCertify(from, body);
    }
  }
}
