import { describe, expect, it } from "vitest";
import { revoke } from "../../agent/identity/membership.ts";
import type { HeldTokens } from "../../agent/mesh/held-tokens.ts";
import { RelayRequests } from "../../agent/mesh/relay-requests.ts";
import type { AllocationLeg, RequestBody } from "../../protocol/frame-body.ts";
import type { AllocationId, MemberId } from "../../protocol/ids.ts";
import { publicKeyOf } from "../../protocol/keys.ts";
import { peekClaims, readRelayToken } from "../../protocol/relay-token.ts";
import { founder, idOf, join } from "../identity/hosts.ts";
import { testHost } from "../registry/network.ts";
import { ControlStub } from "./control-stub.ts";
import { MemberHost } from "./member-host.ts";
import { endpoint } from "./samples.ts";

const admin = founder();
const relay = idOf(join(admin, "relay"));
const bob = idOf(join(admin, "bob"));
const self = idOf(admin);

const LEG: AllocationLeg = {
  allocation: "a".repeat(32) as AllocationId,
  relay,
  peer: bob,
  endpoints: [endpoint(2, 40_000)],
  lifetimeSec: 600,
  legKey: new Uint8Array(32),
  leg: "a",
};

const NONE_HELD = { find: () => undefined, refused: () => undefined };

function requestsOf(
  { context }: MemberHost,
  control = new ControlStub(),
  held: Pick<HeldTokens, "find" | "refused"> = NONE_HELD,
): RelayRequests {
  return new RelayRequests({ context, control, stun: undefined, orderEndpoints: (_, all) => all, held });
}

describe("what a relay says it grants", () => {
  it("counts where the relay speaks for itself and of another member", async () => {
    await using host = await MemberHost.of(admin);
    expect(requestsOf(host).granted(relay, LEG)).toEqual({ ok: true, value: LEG });
  });

  it("is refused where it speaks for another relay", async () => {
    await using host = await MemberHost.of(admin);
    const granted = requestsOf(host).granted(bob, { ...LEG, peer: relay });
    expect(granted).toEqual({ ok: false, reason: "wrong-relay" });
  });

  it("is refused where the other end is no member, or we are", async () => {
    await using host = await MemberHost.of(admin);
    const requests = requestsOf(host);
    for (const peer of [testHost(9).id, self]) {
      expect(requests.granted(relay, { ...LEG, peer })).toEqual({ ok: false, reason: "not-a-member" });
    }
  });
});

//
describe("asking for an allocation", () => {
  it("mints a token for this relay and this pair with their certified keys", async () => {
    await using host = await MemberHost.of(admin);
    const control = new ControlStub();
    const seen: RequestBody[] = [];
    control.answerBy.set(relay, (body) => {
      seen.push(body);
      return { kind: "allocated", ...LEG };
    });
    expect(await requestsOf(host, control).allocate(relay, bob)).toEqual({ ok: true, value: LEG });
    const [request] = seen;
    if (request?.kind !== "allocate") throw new Error("not asked");
    const { network, identity, registry, clock } = host.context;
    const verifyKey = publicKeyOf("ed25519", identity.keys.identityKey);
    const now = clock.wallNow();
    const claims = await readRelayToken(request.token, verifyKey, { relay, network, epoch: 1, now });
    if (!claims.ok) throw new Error(claims.reason);
    const { members } = registry.roster;
    expect(claims.value.issuer).toBe(self);
    expect(new Set(claims.value.pair)).toEqual(
      new Set(
        [self, bob].map((memberId) => ({ memberId, wireguardKey: members.get(memberId)?.wireguardKey })),
      ),
    );
  });

  it("shows the same token until half of its life is over, then a new one", async () => {
    await using host = await MemberHost.of(admin);
    const control = new ControlStub();
    control.answerBy.set(relay, (body) =>
      body.kind === "refresh" ? { kind: "refreshed", lifetimeSec: 600 } : { kind: "allocated", ...LEG },
    );
    const requests = requestsOf(host, control);
    await requests.allocate(relay, bob);
    await host.clock.advance(3 * 3_600_000 - 1);
    await requests.refresh(LEG);
    await host.clock.advance(1);
    expect(await requests.refresh(LEG)).toMatchObject({ ok: true, value: { lifetimeSec: 600 } });
    const tokens = control.asked.map(({ body }) => ("token" in body ? body.token : undefined));
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[0]);
    expect(control.asked[2]?.body).toMatchObject({ kind: "refresh", allocation: LEG.allocation });
  });

  it("mints anew when the network's epoch has moved, without waiting for half of a life", async () => {
    const own = founder();
    const [there, gone, other] = ["relay", "gone", "other"].map((name) => idOf(join(own, name)));
    if (there === undefined || gone === undefined || other === undefined) throw new Error("three ids");
    await using host = await MemberHost.of(own);
    const control = new ControlStub();
    control.answerBy.set(there, () => ({ kind: "refreshed", lifetimeSec: 600 }));
    const requests = requestsOf(host, control);
    const granted = { ...LEG, relay: there, peer: other };
    await requests.refresh(granted);
    const { registry } = host.context;
    const { records } = revoke(own.state, registry.roster, gone, host.clock.wallNow(), host.context.random);
    await registry.publish(records.map(({ bytes }) => bytes));
    await requests.refresh(granted);
    const epochs = control.asked.map(({ body }) => {
      const claims = peekClaims("token" in body ? (body.token ?? "") : "");
      return claims.ok ? claims.value.epoch : undefined;
    });
    expect(epochs).toEqual([1, 2]);
  });

  it("shows the token that this host was given, and its own where the relay does not take that", async () => {
    await using host = await MemberHost.of(admin);
    const control = new ControlStub();
    const refusals: unknown[] = [];
    const held = {
      find: (at: MemberId, to: MemberId) => (at === relay && to === bob ? "given" : undefined),
      refused: (...refusal: unknown[]) => void refusals.push(refusal),
    };
    control.refusalBy.set(relay, (body) =>
      "token" in body && body.token === "given" ? "relay.tier-not-allowed" : undefined,
    );
    control.answerBy.set(relay, () => ({ kind: "allocated", ...LEG }));
    expect(await requestsOf(host, control, held).allocate(relay, bob)).toEqual({ ok: true, value: LEG });
    expect(control.asked).toHaveLength(2);
    expect(refusals).toEqual([["given", "relay.tier-not-allowed"]]);
  });

  it("asks once where it is not the token that is refused", async () => {
    await using host = await MemberHost.of(admin);
    const control = new ControlStub();
    control.refusalBy.set(relay, () => "relay.relay-full");
    const held = { find: () => "given", refused: () => undefined };
    expect(await requestsOf(host, control, held).allocate(relay, bob)).toEqual({
      ok: false,
      reason: "relay.relay-full",
    });
    expect(control.asked).toHaveLength(1);
  });

  it("believes no relay that answers for another pair's end", async () => {
    await using host = await MemberHost.of(admin);
    const control = new ControlStub();
    control.answerBy.set(relay, () => ({ kind: "allocated", ...LEG, relay: bob }));
    expect(await requestsOf(host, control).allocate(relay, bob)).toMatchObject({ reason: "wrong-relay" });
  });

  it("asks nobody for somebody who is no member", async () => {
    await using host = await MemberHost.of(admin);
    const control = new ControlStub();
    expect(await requestsOf(host, control).allocate(relay, testHost(9).id)).toMatchObject({ ok: false });
    expect(control.asked).toEqual([]);
  });

  it("has no way to bind a leg where STUN cannot leave from WireGuard's port", async () => {
    await using host = await MemberHost.of(admin);
    expect(requestsOf(host).bind).toBeUndefined();
  });
});
