import { describe, expect, it } from "vitest";
import {
  awaitedGuests,
  EXPIRED_INVITE_MS,
  inviteChanges,
  openInvites,
} from "../../agent/mesh/open-invites.ts";
import { wallMs } from "../../protocol/time.ts";
import { noteRelays } from "../../agent/identity/invites.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { ENDPOINTS } from "../registry/network.ts";
import { founder, HOUR_MS, idOf, invite, join, NOW } from "../identity/hosts.ts";

const issuer = founder();
invite(issuer, "ann");
const { membership } = issuer.state;

// R-1201
describe("the temporary key of an invite", () => {
  it("is let in an hour longer than it is good for, so that a late joiner hears why", () => {
    const lastAt = NOW + HOUR_MS + EXPIRED_INVITE_MS;
    expect(openInvites(membership, wallMs(lastAt - 1))).toHaveLength(1);
    expect(openInvites(membership, wallMs(lastAt))).toEqual([]);
  });

  it("reaches exactly its own address", () => {
    const [open] = openInvites(membership, NOW);
    expect(inviteChanges(openInvites(membership, NOW), [], () => false)).toEqual([
      { publicKey: open?.temporaryPublicKey, allowedIps: [`${open?.temporaryAddress4 ?? ""}/32`] },
    ]);
  });

  it("goes when it is no longer open, and members' keys stay", () => {
    const present = ["a former invite", "a member"];
    const changes = inviteChanges([], present, (key) => key === "a member");
    expect(changes).toEqual([{ publicKey: "a former invite", remove: true }]);
  });
});

describe("a joiner is relayed", () => {
  const relay = "d".repeat(32) as MemberId;
  const host = founder();
  const ann = join(host, "ann");
  const [made] = host.state.membership?.invites ?? [];
  if (made === undefined) throw new Error("there is no invite");
  const { state } = noteRelays(host.state, made.id, [relay]);
  const until = wallMs(NOW + HOUR_MS);

  it("until its member has shown itself, since the answer may have been lost", () => {
    const shown = new Map([[idOf(ann), ENDPOINTS]]);
    expect(awaitedGuests(state.membership, new Map(), NOW)).toMatchObject([{ relays: [relay] }]);
    expect(awaitedGuests(state.membership, shown, NOW)).toEqual([]);
  });

  it("until its invite expires, by the volunteers that its token names", () => {
    expect(awaitedGuests(state.membership, new Map(), wallMs(until - 1))).toHaveLength(1);
    expect(awaitedGuests(state.membership, new Map(), until)).toEqual([]);
    expect(awaitedGuests(host.state.membership, new Map(), NOW)).toEqual([]);
  });
});
