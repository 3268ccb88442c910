import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { BootstrapVolunteer } from "../../agent/admin/contract.ts";
import { describeLab } from "../lab/describe-lab.ts";
import { EASY_NAT, Mesh } from "./mesh.ts";
import { reaches } from "./pings.ts";
import { ShiftedClock } from "./shifted-clock.ts";

const DAY_MS = 86_400_000;
const NAME = "relay.example.net";

/** What the DNS says, for one daemon: a file over its /etc/hosts. Owner of the file. */
class Names implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async create(address4: string): Promise<Names> {
    const names = new Names(await mkdtemp(join(tmpdir(), "hopwire-lab-names-")));
    await names.point(address4);
    return names;
  }

  async point(address4: string): Promise<void> {
    await writeFile(this.#file, `127.0.0.1 localhost\n${address4} ${NAME}\n`);
  }

  /** What to start the daemon through. */
  get through(): readonly string[] {
    const script = '/usr/bin/mount --bind "$0" /etc/hosts && exec "$@"';
    return ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", script, this.#file];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #file(): string {
    return join(this.#directory, "hosts");
  }
}

//
describeLab("a member that was away for a month", () => {
  let mesh: Mesh;
  let names: Names;

  beforeEach(async () => {
    mesh = await Mesh.create("month", EASY_NAT);
    names = await Names.create(mesh.v.host.address4);
    const { v, a, b } = mesh;
    await Promise.all([mesh.found(), a.start({}, names.through), b.start()]);
    await mesh.admit(a);
    await mesh.admit(b);
    await Promise.all([a.waitForPath("b", "direct"), b.waitForPath("a", "direct")]);
    expect((await v.api.status()).peers.direct).toBe(2);
  });
  afterEach(async () => {
    await names[Symbol.asyncDispose]();
    await mesh[Symbol.asyncDispose]();
  });

  const stopAll = (): Promise<unknown> => Promise.all([mesh.v.stop(), mesh.a.stop(), mesh.b.stop()]);
  const meets = async (): Promise<void> => {
    const { a, b } = mesh;
    await Promise.all([a.waitForPath("v", "direct"), a.waitForPath("b", "direct")]);
    expect(await reaches(a.host, (await a.peer("b")).address4)).toBe(true);
    expect((await b.peer("a")).path.type).toBe("direct");
  };

  it("finds the mesh by its cache alone where a volunteer is where it was", async () => {
    await using clock = await ShiftedClock.by(29 * DAY_MS);
    const { v, a, b, natA, natB } = mesh;
    await stopAll();
    await Promise.all([natA.renumber(), natB.renumber()]);
    await Promise.all([v.start(clock.env), b.start(clock.env)]);
    await b.waitForPath("v", "direct");
    await a.start(clock.env);
    await meets();
  });

  it("finds the mesh by a bootstrap volunteer alone that has another address since, and no other endpoint of anybody is left", async () => {
    const { v, a, b, natA, natB } = mesh;
    await a.must("relay", "bootstrap", "add", "v", `${NAME}:51820`);
    await stopAll();
    // Longer than the cache keeps anything.
    await using clock = await ShiftedClock.by(31 * DAY_MS);
    const [moved] = await Promise.all([v.host.renumber(), natA.renumber(), natB.renumber()]);
    await Promise.all([v.start(clock.env), b.start({ ...clock.env, HOPWIRE_BOOTSTRAP: `v@${moved}:51820` })]);
    // By its configuration.
    await b.waitForPath("v", "direct");
    // The DNS has not heard of the move yet.
    await a.start(clock.env, names.through);
    await wait(3_000);
    expect((await a.api.status()).peers).toMatchObject({ total: 2, none: 2 });
    expect(await a.api.cacheList()).toEqual([]);
    await a.stop();
    await names.point(moved);
    await a.start(clock.env, names.through);
    await meets();
    const [entry] = JSON.parse(await a.must("relay", "bootstrap", "list", "--json")) as BootstrapVolunteer[];
    expect(entry).toMatchObject({
      name: "v",
      origin: "command",
      endpoints: [`${NAME}:51820`],
      volunteering: true,
      path: "direct",
    });
  });

  it("finds the mesh where it is told of another address while it runs", async () => {
    const { v, a, natA } = mesh;
    await stopAll();
    await using clock = await ShiftedClock.by(31 * DAY_MS);
    const [moved] = await Promise.all([v.host.renumber(), natA.renumber()]);
    await Promise.all([v.start(clock.env), a.start(clock.env)]);
    await wait(1_000);
    expect((await a.peer("v")).path.type).toBe("none");
    await a.must("relay", "bootstrap", "add", "v", `${moved}:51820`);
    await a.waitForPath("v", "direct");
  });

  it("whose registry was lost as well knows the volunteer by what the bootstrap entry holds", async () => {
    const { v, a, b } = mesh;
    await a.must("relay", "bootstrap", "add", "v", `${v.host.address4}:51820`);
    await a.stop();
    await rm(join(a.directory, "state/registry.json"));
    await a.start();
    await Promise.all([a.waitForPath("v", "direct"), a.waitForPath("b", "direct")]);
    await b.waitForPath("a", "direct");
  });
});
