import { describe, expect, it } from "vitest";
import { Bootstrap } from "../../agent/mesh/bootstrap.ts";
import type { ConfiguredBootstrap } from "../../agent/config/bootstrap-text.ts";
import { RecordStore } from "../../agent/registry/store.ts";
import type { RosterMember } from "../../agent/registry/roster.ts";
import { parseEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import { founder, idOf, join, type Host } from "../identity/hosts.ts";
import { MemberHost } from "./member-host.ts";

type Fixture = {
  readonly bootstrap: Bootstrap;
  readonly names: Map<string, string>;
  readonly volunteer: RosterMember;
  changes: number;
};

function endpointOf(text: string): readonly Endpoint[] {
  const parsed = parseEndpoint(text);
  return parsed.ok ? [parsed.value] : [];
}

function fixtureOf(
  { context }: MemberHost,
  admin: Host,
  configured: readonly ConfiguredBootstrap[] = [],
): Fixture {
  const names = new Map<string, string>();
  const volunteer = context.registry.roster.members.get(idOf(admin));
  if (volunteer === undefined) throw new Error("no such member");
  const bootstrap = new Bootstrap({
    context,
    configured,
    resolve: (text) => Promise.resolve(endpointOf(names.get(text) ?? text)),
    onChange: () => {
      fixture.changes++;
    },
  });
  const fixture: Fixture = { bootstrap, names, volunteer, changes: 0 };
  return fixture;
}

//
describe("bootstrap volunteers", () => {
  const admin = founder();
  const bob = join(admin, "bob");
  const entriesOf = ({ context }: MemberHost) => context.identity.state.membership?.bootstrap ?? [];

  it("are looked for where the configuration and the operator say, by name or id", async () => {
    await using host = await MemberHost.of(bob);
    const configured = [
      { member: "founder", endpoint: "192.0.2.1:1" },
      { member: idOf(admin), endpoint: "192.0.2.2:2" },
      { member: "stranger", endpoint: "192.0.2.3:3" },
    ];
    const { bootstrap, volunteer } = fixtureOf(host, admin, configured);
    await bootstrap.add(volunteer, ["192.0.2.4:4"]);
    expect(bootstrap.endpointsOf(volunteer).map(({ port }) => port)).toEqual([1, 2, 4]);
    expect(bootstrap.list().map(({ origin, member }) => [origin, member])).toEqual([
      ["configuration", "founder"],
      ["configuration", idOf(admin)],
      ["configuration", "stranger"],
      ["command", idOf(admin)],
    ]);
  });

  it("are durable once they are added, and no more once they are removed", async () => {
    await using host = await MemberHost.of(bob);
    const { bootstrap, volunteer } = fixtureOf(host, admin);
    await bootstrap.add(volunteer, ["192.0.2.4:4"]);
    expect(entriesOf(host)).toMatchObject([{ member: idOf(admin), endpoints: ["192.0.2.4:4"] }]);
    expect(await bootstrap.remove(idOf(admin))).toBe(true);
    expect(entriesOf(host)).toEqual([]);
    expect(await bootstrap.remove(idOf(admin))).toBe(false);
    expect(bootstrap.endpointsOf(volunteer)).toEqual([]);
  });

  it("follow the DNS with the next refresh; where it says nothing, the last that it said holds", async () => {
    await using host = await MemberHost.of(bob);
    const fixture = fixtureOf(host, admin);
    const { bootstrap, names, volunteer } = fixture;
    names.set("relay.example.net:51820", "192.0.2.1:51820");
    await bootstrap.add(volunteer, ["relay.example.net:51820"]);
    expect(bootstrap.endpointsOf(volunteer)).toEqual([{ address: "192.0.2.1", port: 51820 }]);
    names.set("relay.example.net:51820", "192.0.2.2:51820");
    await bootstrap.refresh();
    await bootstrap.refresh();
    expect(fixture.changes).toBe(2);
    names.delete("relay.example.net:51820");
    await bootstrap.refresh();
    expect(bootstrap.endpointsOf(volunteer)).toEqual([{ address: "192.0.2.2", port: 51820 }]);
    expect(fixture.changes).toBe(2);
  });

  it("are known to a host whose registry was lost, by their certificates", async () => {
    await using before = await MemberHost.of(bob);
    const { bootstrap, volunteer } = fixtureOf(before, admin);
    await bootstrap.add(volunteer, ["192.0.2.4:4"]);
    const { state } = before.context.identity;
    // Only what is in the state is left.
    await using after = await MemberHost.of({ state, store: new RecordStore(bob.store.networkKey) });
    const { roster } = after.context.registry;
    expect(roster.members.size).toBe(0);
    const networkRecord = new Uint8Array(Buffer.from(state.membership?.networkRecord ?? "", "base64"));
    await after.context.registry.publish([networkRecord]);
    const again = new Bootstrap({
      context: after.context,
      configured: [],
      resolve: () => Promise.resolve([]),
      onChange: () => undefined,
    });
    await again.restore();
    expect([...after.context.registry.roster.members.keys()]).toEqual([idOf(admin)]);
  });

  it("are not looked for where no other host can be", async () => {
    await using host = await MemberHost.of(bob);
    const { bootstrap, volunteer } = fixtureOf(host, admin);
    await expect(bootstrap.add(volunteer, ["192.0.2.4:4", "127.0.0.1:4"])).rejects.toMatchObject({
      code: "usage.invalid",
      message: "at 127.0.0.1:4 no other host can be reached",
    });
    expect(bootstrap.list()).toEqual([]);
  });

  it("are never this host", async () => {
    await using host = await MemberHost.of(bob);
    const { bootstrap } = fixtureOf(host, admin);
    const self = host.context.registry.roster.members.get(idOf(bob));
    await expect(self && bootstrap.add(self, ["192.0.2.4:4"])).rejects.toMatchObject({
      code: "usage.invalid",
    });
  });
});
