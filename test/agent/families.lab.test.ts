import { expect, it } from "vitest";
import { describeLab } from "../lab/describe-lab.ts";
import { EASY_NAT, Mesh } from "./mesh.ts";
import { Pings, reaches } from "./pings.ts";

const ROUTES_IPV6 = { ...EASY_NAT, ipv6: true } as const;

//
describeLab("a host with IPv6 alone", () => {
  it("goes direct with another one, though the firewall of neither lets in what nobody asked for", async () => {
    await using mesh = await Mesh.create("six", ROUTES_IPV6);
    const { a, b } = mesh;
    await Promise.all([a.host.dropIpv4(), b.host.dropIpv4()]);
    await mesh.connect();
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
    expect((await a.peer("b")).path.endpoint).toBe(`[${b.host.address6}]:51820`);
    expect((await b.peer("a")).path.endpoint).toBe(`[${a.host.address6}]:51820`);
    expect(await reaches(a.host, (await a.peer("b")).address4)).toBe(true);
  });

  it("is relayed with one that has IPv4 alone: each leg by its own family", async () => {
    await using mesh = await Mesh.create("mixed", EASY_NAT);
    const { a, lab } = mesh;
    const router = await lab.nat("six", ROUTES_IPV6);
    const c = await mesh.add(lab.hostBehind(router, "c"));
    await c.host.dropIpv4();
    await Promise.all([mesh.found(), a.start(), c.start()]);
    await mesh.admit(a);
    await mesh.admit(c);
    await Promise.all([a.waitForPath("c", "relayed"), c.waitForPath("a", "relayed")]);
    expect((await a.peer("c")).path.endpoint).toMatch(`${mesh.v.host.address4}:`);
    expect((await c.peer("a")).path.endpoint).toMatch(`[${mesh.v.host.address6}]:`);
    const there = new Pings(a.host, (await a.peer("c")).address4);
    const back = new Pings(c.host, (await c.peer("a")).address6);
    await Promise.all([there.moreAnswers(25), back.moreAnswers(25)]);
    expect([await there.stop(), await back.stop()]).toMatchObject([{ lost: 0 }, { lost: 0 }]);
  });

  it("does not try an invite's IPv4 ways", async () => {
    await using mesh = await Mesh.create("invited", ROUTES_IPV6);
    const { v, a } = mesh;
    await a.host.dropIpv4();
    await Promise.all([mesh.found(), a.start()]);
    const { exitCode, stderr } = await a.run(["join", await v.must("invite", a.name)]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`asking the issuer for membership at [${v.host.address6}]`);
    expect(stderr).not.toContain(v.host.address4);
  });
});
