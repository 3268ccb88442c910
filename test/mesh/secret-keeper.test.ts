import { describe, expect, it } from "vitest";
import { revoke, secretOf } from "../../agent/identity/membership.ts";
import { SecretKeeper, secretsOf } from "../../agent/mesh/secret-keeper.ts";
import type { ResponseBody } from "../../protocol/frame-body.ts";
import { founder, idOf, join, NOW, publish, random, type Host } from "../identity/hosts.ts";
import { ControlStub } from "./control-stub.ts";
import { MemberHost } from "./member-host.ts";

/** Bob is a member of epoch 1; the admin has revoked somebody since, so the network's secret is of epoch 2. */
function afterRevocation(): { readonly admin: Host; readonly bob: Host } {
  const admin = founder();
  const mallory = join(admin, "mallory");
  const bob = join(admin, "bob");
  const { state, records } = revoke(admin.state, admin.store.roster, idOf(mallory), NOW, random);
  admin.state = state;
  publish(admin.store, records);
  publish(bob.store, records);
  return { admin, bob };
}

function keeperOf(
  { context }: MemberHost,
  control: ControlStub,
): { keeper: SecretKeeper; learned: number[] } {
  const learned: number[] = [];
  const onLearned = (): void => void learned.push(secretsOf(context.identity)[0]?.epoch ?? 0);
  return { keeper: new SecretKeeper({ context, control, onLearned }), learned };
}

const answerOf = (host: Host, epoch: number): ResponseBody => ({
  kind: "secret",
  epoch,
  secret: secretOf(host.state, epoch) ?? new Uint8Array(32),
});

describe("the network's secret", () => {
  it("of a newer epoch is asked of whoever is connected, and kept", async () => {
    const { admin, bob } = afterRevocation();
    await using host = await MemberHost.of(bob);
    const control = new ControlStub();
    control.answerBy.set(idOf(admin), () => answerOf(admin, 2));
    const { keeper, learned } = keeperOf(host, control);
    await keeper.ask();
    expect(learned).toEqual([2]);
    expect(secretsOf(host.context.identity)[0]?.secret).toEqual(secretOf(admin.state, 2));
    await keeper.ask();
    expect(control.asked).toHaveLength(1);
  });

  it("is not believed where it is not the one that the network has committed to; the next member is asked", async () => {
    const { admin, bob } = afterRevocation();
    await using host = await MemberHost.of(bob);
    const control = new ControlStub();
    const liar = join(admin, "liar");
    control.answerBy.set(idOf(liar), () => ({ kind: "secret", epoch: 2, secret: new Uint8Array(32) }));
    control.answerBy.set(idOf(admin), () => answerOf(admin, 2));
    const { keeper, learned } = keeperOf(host, control);
    await keeper.ask();
    expect(control.asked.map(({ id }) => id)).toEqual([idOf(liar), idOf(admin)]);
    expect(learned).toEqual([2]);
  });

  it("that nobody has is asked for once, until somebody else connects", async () => {
    const { admin, bob } = afterRevocation();
    await using host = await MemberHost.of(bob);
    const control = new ControlStub();
    control.answerBy.set(idOf(admin), () => ({ kind: "secret", epoch: 2, secret: new Uint8Array(32) }));
    const { keeper, learned } = keeperOf(host, control);
    await Promise.all([keeper.ask(), keeper.ask()]);
    expect(control.asked).toHaveLength(1);
    expect(learned).toEqual([]);
  });

  it("is asked for again where another revocation came meanwhile", async () => {
    const { admin, bob } = afterRevocation();
    const eve = join(admin, "eve");
    await using host = await MemberHost.of(bob);
    const control = new ControlStub();
    const { keeper, learned } = keeperOf(host, control);
    const second = revoke(admin.state, admin.store.roster, idOf(eve), NOW, random);
    control.answerBy.set(idOf(admin), (body) => {
      const epoch = body.kind === "secret" ? body.epoch : 0;
      const answer = answerOf(admin, epoch);
      // While the answer for epoch 2 is on its way, epoch 3 begins.
      for (const { bytes } of [...admin.store.records(), ...second.records])
        host.context.registry.store.apply(bytes, NOW);
      admin.state = second.state;
      return answer;
    });
    await keeper.ask();
    expect(learned).toEqual([3]);
  });

  it("is handed to a member that asks, where this one has it", async () => {
    const { bob } = afterRevocation();
    await using host = await MemberHost.of(bob);
    const { keeper } = keeperOf(host, new ControlStub());
    expect(keeper.serve(1)).toEqual(answerOf(bob, 1));
    expect(keeper.serve(2)).toMatchObject({ kind: "failure", code: "secret.unknown" });
  });
});
