import { describe, expect, it } from "vitest";
import { EXPIRED_INVITE_MS, inviteChanges, openInvites } from "../../agent/mesh/open-invites.ts";
import { wallMs } from "../../protocol/time.ts";
import { founder, HOUR_MS, invite, NOW } from "../identity/hosts.ts";

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
