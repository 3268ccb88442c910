import { describe, expect, it } from "vitest";
import {
  certify,
  certifyRequest,
  isRenewalDue,
  rename,
  RENEW_BEFORE_MS,
  type Certification,
} from "../../agent/identity/certifying.ts";
import { keysOf } from "../../agent/identity/identity.ts";
import { CERTIFICATE_LIFETIME_MS, membershipOf } from "../../agent/identity/signer.ts";
import { freshState, type IdentityState } from "../../agent/identity/state.ts";
import type { Certify } from "../../protocol/frame-body.ts";
import { wallMs } from "../../protocol/time.ts";
import { founder, HOUR_MS, idOf, invite, join, NOW, publish, random, type Host } from "./hosts.ts";

const DUE = wallMs(NOW + CERTIFICATE_LIFETIME_MS - RENEW_BEFORE_MS);

/** What `host` asks for its own keys, or for those of `keys`. */
function requestOf(host: Host, keys: IdentityState = host.state): Certify {
  return certifyRequest(membershipOf(host.state), idOf(host), keysOf(keys));
}

/** Keeps the admin's new state and publishes the certificate. */
function ask(admin: Host, host: Host, request = requestOf(host), now = NOW): Certification {
  const certified = certify(admin.state, admin.store.roster, idOf(host), request, now);
  admin.state = certified.state;
  if (certified.ok) admin.store.apply(certified.certificate, now);
  return certified;
}

const codeOf = (certified: Certification): string => (certified.ok ? "certified" : certified.code);

// R-1202
describe("a certificate", () => {
  it("is renewed when a third of its life is left, and not a moment earlier", () => {
    const admin = founder();
    const host = join(admin, "host");
    const before = admin.store.roster.members.get(idOf(host))?.certificate;
    if (before === undefined) throw new Error("no member");
    expect(isRenewalDue(before, wallMs(DUE - 1))).toBe(false);
    const early = ask(admin, host, requestOf(host), wallMs(DUE - 1));
    expect(early.ok && early.certificate).toEqual(before.bytes);
    expect(isRenewalDue(before, DUE)).toBe(true);
    expect(codeOf(ask(admin, host, requestOf(host), DUE))).toBe("certified");
    const after = admin.store.roster.members.get(idOf(host))?.certificate;
    expect(after?.content).toEqual(before.content);
    expect(after?.expiresAt).toBe(DUE + CERTIFICATE_LIFETIME_MS);
    // Its place among those who claim the same name or address.
    expect(after?.issuedAt).toBe(before.issuedAt);
  });

  it("is renewed by any admin, for a member that is none", () => {
    const network = founder();
    const [host, admin] = [join(network, "host"), join(network, "admin", { asAdmin: true })];
    publish(admin.store, network.store.records());
    expect(codeOf(ask(admin, host, requestOf(host), DUE))).toBe("certified");
    expect(admin.store.roster.members.get(idOf(host))?.certificate.expiresAt).toBeGreaterThan(DUE);
    publish(host.store, network.store.records());
    expect(codeOf(ask(host, admin, requestOf(admin), DUE))).toBe("rights.missing");
  });

  it("of an admin never expires and is not renewed", () => {
    const network = founder();
    const admin = join(network, "admin", { asAdmin: true });
    const own = network.store.roster.members.get(idOf(admin))?.certificate;
    const asked = ask(network, admin, requestOf(admin), wallMs(NOW + 10 * CERTIFICATE_LIFETIME_MS));
    expect(asked.ok && asked.certificate).toEqual(own?.bytes);
  });

  it("is refused to strangers, for keys that the asking one does not hold, and for another network or member", () => {
    const admin = founder();
    const host = join(admin, "host");
    const other = join(admin, "other");
    const request = requestOf(host);
    expect(codeOf(ask(admin, join(founder(), "stranger")))).toBe("member.unknown");
    expect(codeOf(ask(admin, other, request))).toBe("certify.unproven");
    const forged = { ...request, wireguardKey: new Uint8Array(32) };
    expect(codeOf(ask(admin, host, forged))).toBe("certify.unproven");
    const elsewhere = { ...host, state: { ...host.state, membership: founder().state.membership } };
    expect(codeOf(ask(admin, host, requestOf(elsewhere)))).toBe("certify.unproven");
    const mixed = { ...host.state, wireguardKey: freshState(random).wireguardKey };
    expect(codeOf(ask(admin, host, requestOf(host, mixed)))).toBe("certify.other-keys");
  });
});

describe("new keys of a member", () => {
  it("are certified to take its place: the same keys the same, others once a day", () => {
    const admin = founder();
    const host = join(admin, "host");
    const [keys, others] = [freshState(random), freshState(random)];
    const first = ask(admin, host, requestOf(host, keys));
    const again = ask(admin, host, requestOf(host, keys), wallMs(NOW + 1));
    expect(again.ok && again.certificate).toEqual(first.ok && first.certificate);
    const lastAt = NOW + 24 * HOUR_MS;
    expect(codeOf(ask(admin, host, requestOf(host, others), NOW))).toBe("certify.too-often");
    expect(codeOf(ask(admin, host, requestOf(host, others), wallMs(lastAt - 1)))).toBe("certify.too-often");
  });

  it("are not certified where another member has one of them", () => {
    const admin = founder();
    const [host, other] = [join(admin, "host"), join(admin, "other")];
    const stolen = { ...freshState(random), wireguardKey: other.state.wireguardKey };
    expect(codeOf(ask(admin, host, requestOf(host, stolen)))).toBe("member.exists");
    expect(codeOf(ask(admin, host, requestOf(host, other.state)))).toBe("member.exists");
  });

  it("of an admin are the founder's to certify", () => {
    const network = founder();
    const [one, two] = [join(network, "one", { asAdmin: true }), join(network, "two", { asAdmin: true })];
    publish(two.store, network.store.records());
    const request = requestOf(one, freshState(random));
    expect(codeOf(ask(two, one, request))).toBe("rights.missing");
    expect(codeOf(ask(network, one, request))).toBe("certified");
    expect(network.store.roster.successors.get(idOf(one))?.roles).toEqual(["member", "admin"]);
  });
});

// R-1201
describe("a member", () => {
  const named = (admin: Host, host: Host, name: string): void => {
    const member = admin.store.roster.members.get(idOf(host));
    if (member === undefined) throw new Error("no member");
    const { state, records } = rename(admin.state, admin.store.roster, member, name, NOW);
    admin.state = state;
    publish(admin.store, records);
  };

  it("is renamed by an admin, and keeps all else", () => {
    const admin = founder();
    const host = join(admin, "host");
    const before = admin.store.roster.members.get(idOf(host));
    named(admin, host, "guest");
    const after = admin.store.roster.memberByName.get("guest");
    expect(after).toMatchObject({ id: idOf(host), address4: before?.address4, roles: ["member"] });
    expect(after?.certificate.expiresAt).toBe(before?.certificate.expiresAt);
    expect(admin.store.roster.memberByName.has("host")).toBe(false);
  });

  it("is not renamed to what is taken, promised or no name, nor by a member that is no admin", () => {
    const admin = founder();
    const host = join(admin, "host");
    join(admin, "other");
    invite(admin, "promised");
    for (const name of ["other", "promised", "host"])
      expect(() => named(admin, host, name)).toThrow(expect.objectContaining({ code: "member.exists" }));
    expect(() => named(admin, host, "No")).toThrow(expect.objectContaining({ code: "usage.invalid" }));
    expect(() => named(host, host, "x")).toThrow(expect.objectContaining({ code: "rights.missing" }));
  });

  it("that has another name leaves its own to others at once, and may have it back", () => {
    const admin = founder();
    const host = join(admin, "host");
    named(admin, host, "guest");
    named(admin, host, "host");
    named(admin, host, "guest");
    join(admin, "host");
    expect([...admin.store.roster.memberByName.keys()].sort()).toEqual(["founder", "guest", "host"]);
  });

  it("that is an admin is renamed by the founder alone, and stays one", () => {
    const network = founder();
    const [one, two] = [join(network, "one", { asAdmin: true }), join(network, "two", { asAdmin: true })];
    publish(two.store, network.store.records());
    expect(() => named(two, one, "x")).toThrow(expect.objectContaining({ code: "rights.missing" }));
    named(network, one, "first");
    expect(network.store.roster.memberByName.get("first")?.roles).toEqual(["member", "admin"]);
  });
});
