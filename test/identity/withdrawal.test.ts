import { describe, expect, it } from "vitest";
import { invitesToRedeem, withdrawInvite } from "../../agent/identity/invites.ts";
import { membershipOf } from "../../agent/identity/signer.ts";
import { wallMs } from "../../protocol/time.ts";
import { founder, HOUR_MS, invite, joiner, NOW, redeemAt, type Host } from "./hosts.ts";

const namesOf = ({ state }: Host, now = NOW): readonly string[] =>
  invitesToRedeem(membershipOf(state), now).map(({ memberName }) => memberName);

function withdraw(issuer: Host, memberName: string): void {
  issuer.state = withdrawInvite(issuer.state, memberName, NOW).state;
}

// R-1201
describe("an invite that is withdrawn", () => {
  it("admits nobody, also who asks at the same moment, and leaves the others alone", () => {
    const issuer = founder();
    const late = joiner(invite(issuer, "host"));
    const other = joiner(invite(issuer, "other"));
    withdraw(issuer, "host");
    expect(redeemAt(issuer, late)).toMatchObject({ ok: false, code: "invite.unknown" });
    expect(redeemAt(issuer, other)).toMatchObject({ ok: true });
  });

  it("leaves its name and its address to others", () => {
    const issuer = founder(30);
    invite(issuer, "host");
    withdraw(issuer, "host");
    expect(() => invite(issuer, "host")).not.toThrow();
  });

  it("is no more where somebody has joined by it: that one is to be revoked", () => {
    const issuer = founder();
    redeemAt(issuer, joiner(invite(issuer, "host")));
    expect(() => {
      withdraw(issuer, "host");
    }).toThrow(expect.objectContaining({ code: "member.exists" }));
    expect(() => {
      withdraw(issuer, "stranger");
    }).toThrow(expect.objectContaining({ code: "member.unknown" }));
  });
});

it("invites are listed until they expire or somebody joins by them", () => {
  const issuer = founder();
  const used = joiner(invite(issuer, "used"));
  invite(issuer, "short");
  invite(issuer, "long", { expiresInMs: 3 * HOUR_MS });
  expect(namesOf(issuer)).toEqual(["used", "short", "long"]);
  redeemAt(issuer, used);
  expect(namesOf(issuer, wallMs(NOW + 2 * HOUR_MS))).toEqual(["long"]);
});
