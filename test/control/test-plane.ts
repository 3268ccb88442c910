import type { PeerGreeting } from "../../agent/control/session.ts";
import { ControlPlane, type ControlPlaneEvents } from "../../agent/control/plane.ts";
import { silentLogger } from "../../agent/log.ts";
import {
  failure,
  type Failure,
  type Notification,
  type Redeem,
  type Redeemed,
  type RequestBody,
  type ResponseBody,
} from "../../protocol/frame-body.ts";
import type { InviteId, MemberId } from "../../protocol/ids.ts";
import type { HandClock } from "./hand-clock.ts";
import { NETWORK, seededRandom, type TestDirectory, type TestMember } from "./members.ts";
import type { MemoryNetwork } from "./memory-streams.ts";

export const PORT = 51821;
export const SECRET: ResponseBody = { kind: "secret", epoch: 1, secret: new Uint8Array(32) };

/** A member's control plane, and what it told. */
export class TestPlane implements ControlPlaneEvents {
  readonly member: TestMember;
  readonly plane: ControlPlane;
  readonly log: string[] = [];
  readonly greetings: PeerGreeting[] = [];
  readonly notifications: (readonly [from: MemberId, body: Notification])[] = [];
  answer: (from: MemberId, body: RequestBody) => Promise<ResponseBody | Failure> = () =>
    Promise.resolve(SECRET);
  redeem: (inviteId: InviteId, body: Redeem) => Promise<Redeemed | Failure> = () =>
    Promise.resolve(failure("invite.used", ""));

  constructor(member: TestMember, network: MemoryNetwork, directory: TestDirectory, clock: HandClock) {
    this.member = member;
    this.plane = new ControlPlane({
      network: NETWORK,
      self: member.id,
      identityKey: member.signKey,
      agentVersion: "0.1.0",
      address4: member.address4,
      port: PORT,
      directory,
      streams: network.streams,
      clock,
      random: seededRandom(member.id),
      log: silentLogger,
      events: this,
    });
  }

  onConnected(id: MemberId, greeting: PeerGreeting): void {
    this.log.push(`connected ${id.slice(0, 4)}`);
    this.greetings.push(greeting);
  }
  onReplaced(id: MemberId): void {
    this.log.push(`replaced ${id.slice(0, 4)}`);
  }
  onDisconnected(id: MemberId, reason: string): void {
    this.log.push(`disconnected ${id.slice(0, 4)} ${reason}`);
  }
  onNotification(id: MemberId, body: Notification): void {
    this.notifications.push([id, body]);
  }
  onRequest(id: MemberId, body: RequestBody): Promise<ResponseBody | Failure> {
    return this.answer(id, body);
  }
  onRedeem(inviteId: InviteId, body: Redeem): Promise<Redeemed | Failure> {
    return this.redeem(inviteId, body);
  }
}
