import { chown, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { HeldRelayToken, KnownRelay, RelayStatus, Status } from "../../agent/admin/contract.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { Host } from "../lab/host.ts";
import type { LabAgent } from "../lab/lab-agent.ts";
import { HARD_NAT, Mesh } from "./mesh.ts";
import { Pings, reaches } from "./pings.ts";

/** nobody and nogroup on Debian. */
const NOBODY = 65_534;

/**
 * What hopwire-relay.service gives the relay, as far as that goes without systemd: another user than root, one capability,
 * no way to get more, and a folder of its own in place of /run/wireguard. The second capability only reads a checkout
 * that lies in somebody's home. /dev/net/tun is everybody's where udev makes it.
 */
const asTheUnitDoes = (directory: string): readonly string[] => [
  "unshare",
  "--mount",
  "sh",
  "-ec",
  `umask 0; [ -e "$0/tun" ] || mknod "$0/tun" c 10 200
  mkdir -p "$0/wg"; chown ${NOBODY}:${NOBODY} "$0/wg"; mkdir -p /run/wireguard
  mount --bind "$0/tun" /dev/net/tun; mount --bind "$0/wg" /run/wireguard
  exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups --no-new-privs \\
    --inh-caps=-all,+net_admin,+dac_read_search --ambient-caps=-all,+net_admin,+dac_read_search \\
    --bounding-set=-all,+net_admin,+dac_read_search "$@"`,
  directory,
];

const json = async <T>(agent: LabAgent, ...command: string[]): Promise<T> =>
  JSON.parse(await agent.must(...command, "--json")) as T;

/** Share of 500 packets of 1200 bytes, sent within a second and a half, that came back. */
async function shareAnswered(from: Host, address: string): Promise<number> {
  const { stdout } = await from.run("ping", "-n -q -c 500 -s 1200 -i 0.003 -W 1".split(" ").concat(address));
  return Number(/(\d+) received/.exec(stdout)?.[1] ?? 0) / 500;
}

//
describeLab("a member that only relays", () => {
  let mesh: Mesh;
  let r: LabAgent;

  beforeAll(async () => {
    mesh = await Mesh.create("serve", HARD_NAT);
    const { lab, v, a, b } = mesh;
    r = await mesh.add(lab.openHost("r"));
    await chown(r.directory, NOBODY, NOBODY);
    await Promise.all([
      v.start(),
      a.start(),
      b.start(),
      r.start({ HOPWIRE_RELAY_TIERS_FREE_BANDWIDTH_MBPS: "1" }, asTheUnitDoes(r.directory), [
        "relay",
        "serve",
      ]),
    ]);
    await v.must("init", "--network", "demo", "--name", "v");
    for (const agent of [r, a, b]) await mesh.admit(agent);
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  it("carries a pair, with no more rights than its unit has", async () => {
    const { a, b } = mesh;
    await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
    const { path, address4 } = await a.peer("b");
    expect(path.relay).toBe("r");
    expect(await reaches(a.host, address4)).toBe(true);
    const { allocations } = await json<RelayStatus>(r, "relay", "status");
    expect(allocations.map(({ members }) => members.toSorted())).toContainEqual(["a", "b"]);
    const status = await readFile(`/proc/${r.pid ?? 0}/status`, "utf8");
    expect(status).toMatch(new RegExp(`^Uid:\\s+${NOBODY}\\s`, "m"));
    expect(status).toMatch(/^CapEff:\s+0000000000001004$/m);
  });

  it("leaves what its state says of volunteering as it was", async () => {
    const state = await readFile(join(r.directory, "state/state.json"), "utf8");
    expect(JSON.parse(state)).toMatchObject({ relay: { volunteering: false } });
  });

  it("is reached by the control plane and by nothing else of the mesh", async () => {
    const { a } = mesh;
    await a.waitForPath("r", "direct");
    expect((await a.cli("ping", "r", "--count", "1")).exitCode).toBe(0);
    const { address4 } = await a.peer("r");
    expect(await reaches(a.host, address4)).toBe(false);
    expect(await reaches(r.host, (await r.peer("a")).address4)).toBe(false);
  });

  it("refuses what only a whole member does, and says how to run one", async () => {
    for (const command of [
      ["invite", "x"],
      ["revoke", "a"],
      ["relay", "stop"],
    ]) {
      const { exitCode, stderr } = await r.cli(...command);
      expect(exitCode).toBe(64);
      expect(stderr).toContain("this agent does nothing but relay; for the rest, run the member as a whole");
    }
  });

  //
  it("gives a pair more by a token that its operator minted, and hardly interrupts it", async () => {
    const { a, b } = mesh;
    const { address4 } = await a.peer("b");
    expect(await shareAnswered(a.host, address4)).toBeLessThan(0.6);
    const token = await r.must("relay", "token", "--pair", "a", "b", "--bandwidth-mbps", "50");
    const pings = new Pings(b.host, (await b.peer("a")).address4);
    await pings.moreAnswers(20);
    const held = await a.run(["relay", "use-token", "--json"], { input: token });
    expect(JSON.parse(held.stdout) as HeldRelayToken).toMatchObject({ relay: "r", peer: "b", tier: "paid" });
    await pings.moreAnswers(50);
    const { lost } = await pings.stop();
    // Packets lie 20 ms apart: half a second. It is the time of two agents to move their ends, a few packets where they have a processor.
    expect(lost).toBeLessThanOrEqual(25);
    expect(await shareAnswered(a.host, address4)).toBeGreaterThan(0.95);
    const [known] = await json<readonly KnownRelay[]>(a, "relay", "list");
    expect(known?.tokens).toMatchObject([{ peer: "b", tier: "paid", refusal: null }]);
  });

  //
  it("grants others' pairs by its own operator's word alone", async () => {
    const grant = ["relay", "token", "--relay", "r", "--pair", "a", "b"];
    const { exitCode, stderr } = await mesh.v.cli(...grant);
    expect(exitCode).toBe(64);
    expect(stderr).toContain("r takes tokens for others from its own host only; run this on r");
    expect((await mesh.a.must(...grant)).split(".")).toHaveLength(3);
  });

  //
  it("takes no token of before two revocations, which costs the pair no path", async () => {
    const { lab, v, a, b } = mesh;
    const gone = await mesh.add(lab.openHost("g"));
    await gone.start();
    for (const name of ["g1", "g2"]) {
      await gone.must("join", await v.must("invite", name));
      await v.must("revoke", name);
      await gone.must("leave");
    }
    await vi.waitFor(
      async () => {
        const { warnings } = await json<Status>(a, "status");
        expect(warnings).toEqual([
          expect.stringContaining("r does not take the relay token for b (wrong-epoch)"),
        ]);
      },
      { timeout: 10_000, interval: 100 },
    );
    await r.stop();
    await r.start({}, asTheUnitDoes(r.directory), ["relay", "serve"]);
    await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
    expect(await reaches(a.host, (await a.peer("b")).address4)).toBe(true);
  });
});
