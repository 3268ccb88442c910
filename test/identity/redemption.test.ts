import { describe, expect, it } from "vitest";
import { Identity } from "../../agent/identity/identity.ts";
import { invitePeers, MAX_OPEN_INVITES } from "../../agent/identity/invites.ts";
import { acceptRedeemed, beginJoin, joinInProgress, redeemRequest } from "../../agent/identity/join.ts";
import { leave, revoke, secretOf } from "../../agent/identity/membership.ts";
import { redeem, type RedeemAnswer } from "../../agent/identity/redemption.ts";
import { encodeState, freshState } from "../../agent/identity/state.ts";
import { wallMs } from "../../protocol/time.ts";
import { FakeClock } from "../support/fake-clock.ts";
import {
  contextOf,
  founder,
  HOUR_MS,
  idOf,
  invite,
  join,
  joiner,
  NOW,
  publish,
  random,
  redeemAt,
  type Host,
  type Joiner,
} from "./hosts.ts";
import { TemporaryFolder } from "./temporary-folder.ts";

const EXPIRY = wallMs(NOW + HOUR_MS);

function answerOf(issuer: Host, host: Joiner): RedeemAnswer {
  const redemption = redeemAt(issuer, host);
  if (!redemption.ok) throw new Error(redemption.code);
  return redemption.answer;
}

function codeOf(issuer: Host, host: Joiner, now = NOW): string {
  const redemption = redeemAt(issuer, host, now);
  return redemption.ok ? "certified" : redemption.code;
}

// R-1201
describe("an invite", () => {
  it("gives the issuer a temporary WireGuard peer until it expires", () => {
    const issuer = founder();
    const { invite: made } = joiner(invite(issuer, "host"));
    const [peer] = invitePeers(issuer.state, wallMs(EXPIRY - 1));
    expect(peer).toMatchObject({ id: made.inviteId, address4: made.temporaryAddress4, expiresAt: EXPIRY });
    expect(invitePeers(issuer.state, EXPIRY)).toEqual([]);
  });

  it("has an address that no member and no other invite has", () => {
    const issuer = founder();
    for (let count = 0; count < MAX_OPEN_INVITES; count++) invite(issuer, `host${count}`);
    const addresses = invitePeers(issuer.state, NOW).map(({ address4 }) => address4);
    expect(new Set([...addresses, "100.64.0.1"]).size).toBe(MAX_OPEN_INVITES + 1);
    expect(() => invite(issuer, "one-more")).toThrow(expect.objectContaining({ code: "usage.invalid" }));
  });

  it("is refused for a name that is taken or promised, without rights, and for longer than a month", () => {
    const issuer = founder();
    const host = join(issuer, "host");
    invite(issuer, "promised");
    const member = { ...host };
    publish(member.store, issuer.store.records());
    const expectCode = (by: Host, name: string, code: string, change = {}): void =>
      expect(() => invite(by, name, change)).toThrow(expect.objectContaining({ code }));
    expectCode(issuer, "host", "member.exists");
    expectCode(issuer, "promised", "member.exists", { expiresInMs: 60_000 });
    expectCode(issuer, "No Name", "usage.invalid");
    expectCode(issuer, "new", "usage.invalid", { expiresInMs: 31 * 24 * HOUR_MS });
    expectCode(issuer, "new", "usage.invalid", { expiresInMs: 59_999 });
    expectCode(member, "new", "rights.missing");
    expectCode(join(issuer, "admin", { asAdmin: true }), "new", "rights.missing", { asAdmin: true });
  });
});

describe("redeeming", () => {
  it("makes a member with the name of the invite, an address of its own, and the network's secret", () => {
    const issuer = founder();
    const host = join(issuer, "host");
    const member = host.store.roster.members.get(idOf(host));
    expect(member).toMatchObject({ name: "host", roles: ["member"] });
    expect(issuer.store.roster.members.get(idOf(host))).toEqual(member);
    expect(secretOf(host.state, 1)).toEqual(secretOf(issuer.state, 1));
    expect(host.state.joining).toBeUndefined();
  });

  it("gives the same keys the same certificate again, also after the invite expired", () => {
    const issuer = founder();
    const host = joiner(invite(issuer, "host"));
    const first = answerOf(issuer, host);
    const second = redeem(issuer.state, host.request, contextOf(issuer, host), EXPIRY);
    expect(second.ok && second.answer.member).toEqual(first.member);
    expect(second.state).toBe(issuer.state);
  });

  it("makes the same request after a crash", () => {
    const host = joiner(invite(founder(), "host"));
    const restored = joinInProgress(host.state);
    expect(restored && redeemRequest(host.state, restored)).toEqual(host.request);
  });

  it("fails with invite.used for other keys", () => {
    const issuer = founder();
    const token = invite(issuer, "host");
    answerOf(issuer, joiner(token));
    expect(codeOf(issuer, joiner(token))).toBe("invite.used");
  });

  it("fails with invite.used when one of the three keys differs", () => {
    const issuer = founder();
    const host = joiner(invite(issuer, "host"));
    answerOf(issuer, host);
    for (const key of ["exchangeKey", "wireguardKey"] as const) {
      const other = { ...host.state, [key]: freshState(random)[key] };
      const again = { ...host, request: redeemRequest(other, host.invite) };
      expect(codeOf(issuer, again)).toBe("invite.used");
    }
  });

  it("works one millisecond before the invite expires, and fails with invite.expired at its end", () => {
    const [early, late] = [founder(), founder()];
    expect(codeOf(early, joiner(invite(early, "host")), wallMs(EXPIRY - 1))).toBe("certified");
    expect(codeOf(late, joiner(invite(late, "host")), EXPIRY)).toBe("invite.expired");
  });

  it("fails with invite.unknown for a forged signature, another's address and an invite of nobody", () => {
    const issuer = founder();
    const host = joiner(invite(issuer, "host"));
    const { request } = host;
    const { wireguardKey } = joiner(invite(issuer, "other")).request;
    const forged = [
      { ...request, wireguardKey },
      { ...request, signature: new Uint8Array(64) },
      { ...request, signature: new Uint8Array() },
      { ...request, identityKey: new Uint8Array(31) },
      { ...request, inviteId: "0".repeat(32) as typeof request.inviteId },
    ];
    for (const bad of forged) expect(codeOf(issuer, { ...host, request: bad })).toBe("invite.unknown");
    const elsewhere = { ...contextOf(issuer, host), sourceAddress4: "100.64.9.9" };
    expect(redeem(issuer.state, request, elsewhere, NOW)).toMatchObject({ code: "invite.unknown" });
    expect(codeOf(issuer, host)).toBe("certified");
  });

  it("fails for a revoked identity, also when it only repeats", () => {
    const issuer = founder();
    const host = joiner(invite(issuer, "host"));
    answerOf(issuer, host);
    publish(issuer.store, revoke(issuer.state, issuer.store.roster, idOf(host), NOW, random).records);
    expect(codeOf(issuer, host)).toBe("member.revoked");
    expect(codeOf(issuer, joiner(invite(issuer, "again"), host.state))).toBe("member.revoked");
  });

  it("fails for keys that are a member's, and for a name that another admin gave meanwhile", () => {
    const issuer = founder();
    const host = joiner(invite(issuer, "host"));
    answerOf(issuer, host);
    expect(codeOf(issuer, joiner(invite(issuer, "twice"), host.state))).toBe("member.exists");
    const thief = { ...freshState(random), wireguardKey: host.state.wireguardKey };
    expect(codeOf(issuer, joiner(invite(issuer, "thief"), thief))).toBe("member.exists");

    const admin = join(issuer, "admin", { asAdmin: true });
    const late = joiner(invite(admin, "late"));
    join(issuer, "late");
    publish(admin.store, issuer.store.records());
    expect(codeOf(admin, late)).toBe("member.exists");
  });

  it("fails with rights.missing where the issuer is an admin no more", () => {
    const issuer = founder();
    const admin = join(issuer, "admin", { asAdmin: true });
    const host = joiner(invite(admin, "host"));
    publish(admin.store, leave(admin.state, NOW, random).records);
    expect(codeOf(admin, host)).toBe("rights.missing");
  });

  it("fails with network.full where no address is left", () => {
    const issuer = founder(30); // two addresses: the founder's, and the invite's
    expect(codeOf(issuer, joiner(invite(issuer, "host")))).toBe("network.full");
    expect(() => invite(issuer, "other")).toThrow(expect.objectContaining({ code: "usage.invalid" }));
  });

  it("certifies one of fifty hosts that redeem one invite at once, durably before the answer", async () => {
    await using folder = await TemporaryFolder.make();
    const issuer = founder();
    const token = invite(issuer, "host");
    const file = folder.file("state.json");
    await file.write(encodeState(issuer.state));
    const identity = await Identity.open(file, new FakeClock(), random);
    const hosts = Array.from({ length: 50 }, () => joiner(token));
    const race = hosts.map(async (host) => {
      const redemption = await identity.update((state) =>
        redeem(state, host.request, contextOf(issuer, host), NOW),
      );
      const durable = Buffer.from((await file.read()) ?? []).toString();
      if (!redemption.ok) return redemption.code;
      return durable.includes(Buffer.from(redemption.answer.member).toString("base64")) ? "durable" : "lost";
    });
    const results = await Promise.all(race);
    expect(results.filter((result) => result === "durable")).toHaveLength(1);
    expect(results.filter((result) => result === "invite.used")).toHaveLength(49);
    // Whoever lost may ask as often as it likes; who won is answered the same.
    const again = await Promise.all(
      hosts.map(
        async (host) =>
          (await identity.update((state) => redeem(state, host.request, contextOf(issuer, host), NOW))).ok,
      ),
    );
    expect(again).toEqual(results.map((result) => result === "durable"));
  });

  it("gives different addresses to hosts whose certificates are not published yet", () => {
    const issuer = founder();
    const hosts = ["a", "b", "c"].map((name) => joiner(invite(issuer, name)));
    const { roster } = issuer.store;
    for (const host of hosts) {
      const redemption = redeem(issuer.state, host.request, { ...contextOf(issuer, host), roster }, NOW);
      issuer.state = redemption.state;
      if (redemption.ok) publish(issuer.store, [{ bytes: redemption.answer.member }]);
    }
    expect(issuer.store.roster.memberByAddress4.size).toBe(4);
  });
});

describe("the joiner believes nothing but the key in the invite", () => {
  const issuer = founder();
  const host = joiner(invite(issuer, "host"));
  const answer = answerOf(issuer, host);
  const reasonFor = (change: Partial<RedeemAnswer>, to: Partial<Joiner> = {}, now = NOW): string => {
    const { state, invite: made } = { ...host, ...to };
    const accepted = acceptRedeemed(state, made, { ...answer, ...change }, now);
    return accepted.ok ? "accepted" : accepted.reason;
  };
  const other = founder();
  const stranger = answerOf(other, joiner(invite(other, "host")));
  const sibling = answerOf(issuer, joiner(invite(issuer, "sibling")));

  it("accepts what follows from it", () => {
    expect(reasonFor({})).toBe("accepted");
  });

  it("accepts it with the clock an hour behind, and not two", () => {
    expect(reasonFor({}, {}, wallMs(NOW - HOUR_MS))).toBe("accepted");
    expect(reasonFor({}, {}, wallMs(NOW - 2 * HOUR_MS))).toBe("certificate: from-the-future");
  });

  it.each([
    ["another network's certificate", { member: stranger.member }, "certificate: record-other-network"],
    ["another network's records", { records: stranger.records }, "no-network"],
    ["no records", { records: [] }, "no-network"],
    ["another member's certificate", { member: sibling.member }, "not-certified"],
    ["a certificate cut short", { member: answer.member.subarray(1) }, "certificate: record-malformed"],
    ["no certificate of the issuer", { records: answer.records.slice(0, 1) }, "issuer-unknown"],
    ["another secret", { secret: new Uint8Array(32) }, "secret-other"],
    ["a short secret", { secret: new Uint8Array(31) }, "secret-length"],
  ])("refuses %s", (_, change, reason) => {
    expect(reasonFor(change)).toBe(reason);
  });

  it("refuses a certificate for other keys, and one for another name", () => {
    const changed = { ...host.state, wireguardKey: freshState(random).wireguardKey };
    expect(reasonFor({}, { state: changed })).toBe("other-keys");
    expect(reasonFor({}, { invite: { ...host.invite, memberName: "chosen" } })).toBe("other-name");
  });

  it("refuses an issuer that is no admin", () => {
    const { wireguardKey, address4 } = issuer.store.roster.memberByName.get("sibling") ?? {};
    const forged = { ...host.invite, issuerWireguardKey: wireguardKey ?? "", issuerAddress4: address4 ?? "" };
    expect(reasonFor({ records: [...answer.records, sibling.member] }, { invite: forged })).toBe(
      "issuer-unknown",
    );
  });
});

it("says what is wrong with a token, and never repeats it", () => {
  const token = invite(founder(), "host");
  const bad = [
    token.slice(0, -3),
    token.replace("hopwire2", "hopwire9"),
    "rubbish, not a token",
    "x".repeat(5_000),
  ];
  for (const text of bad) {
    try {
      beginJoin(freshState(random), text);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "invite.invalid" });
      expect(String(error)).not.toContain(text.slice(9, 40));
    }
  }
  expect(() => beginJoin(founder().state, token)).toThrow(
    expect.objectContaining({ code: "network.exists" }),
  );
});
