import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { RelayStatus } from "../../agent/admin/contract.ts";
import { EASY_NAT, Mesh } from "./mesh.ts";
import { Pings } from "./pings.ts";
import { describeLab } from "../lab/describe-lab.ts";

const LISTEN = "127.0.0.1:9820";

describeLab("a volunteer that reads its configuration again", () => {
  let mesh: Mesh;
  let file: string;

  beforeAll(async () => {
    mesh = await Mesh.create("lists", EASY_NAT);
    const { lab, natA, natB, v, a, b } = mesh;
    await lab.cutBetween(natA, natB);
    file = join(v.directory, "hopwire.toml");
    await writeFile(file, `metrics.listen = "${LISTEN}"\n`);
    await Promise.all([mesh.found({ HOPWIRE_CONFIG: file }), a.start(), b.start()]);
    await mesh.admit(a);
    await mesh.admit(b);
    await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
  });
  afterAll(() => mesh[Symbol.asyncDispose]());

  async function reload(toml: string): Promise<void> {
    await writeFile(file, `metrics.listen = "${LISTEN}"\n${toml}`);
    process.kill(mesh.v.pid ?? 0, "SIGHUP");
  }

  async function forwarder(): Promise<string | null> {
    return (await mesh.v.api.relayAllocations()).allocations[0]?.forwarder ?? null;
  }

  async function allocations(): Promise<number> {
    return (JSON.parse(await mesh.v.must("relay", "status", "--json")) as RelayStatus).allocations.length;
  }

  async function scraped(): Promise<string> {
    const script = `fetch("http://${LISTEN}/metrics").then((r) => r.text()).then((t) => process.stdout.write(t))`;
    return (await mesh.v.host.run(process.execPath, ["-e", script])).stdout;
  }

  //
  it("switches between kernel and sockets without losing a packet or a count", async () => {
    const { v, a } = mesh;
    const pings = new Pings(a.host, (await a.peer("b")).address4);
    await pings.moreAnswers(25);
    await vi.waitFor(async () => expect(await forwarder()).toBe("kernel"), { timeout: 10_000 });
    let bytes = 0;
    for (const kind of ["userspace", "kernel"] as const) {
      await reload(`relay.forwarder = "${kind}"\n`);
      await vi.waitFor(async () => expect(await forwarder()).toBe(kind), { timeout: 10_000 });
      await pings.moreAnswers(100);
      await vi.waitFor(async () => expect((await v.api.relayStatus()).forwarder).toBe(kind));
      const counted = async (): Promise<number> => (await v.api.relayStatus()).allocations[0]?.bytes ?? 0;
      // Two packets of some 130 bytes for each.
      await vi.waitFor(async () => expect(await counted()).toBeGreaterThan(bytes + 20_000), {
        timeout: 10_000,
      });
      bytes = await counted();
    }
    expect((await pings.stop()).lost).toBe(0);
  });

  //
  it("ends what new address lists do not admit, refuses it, and relays again when they do", async () => {
    const { v, a, b, natA } = mesh;
    expect(await allocations()).toBe(1);
    await reload(`relay.guard.block = ["${natA.outside4}"]\n`);
    await vi.waitFor(async () => expect(await allocations()).toBe(0), { timeout: 10_000 });
    await Promise.all([a.waitForPath("b", "none"), b.waitForPath("a", "none")]);
    await vi.waitFor(async () => expect(await scraped()).toContain('result="address-blocked"'), {
      timeout: 20_000,
      interval: 500,
    });
    const text = await scraped();
    expect(text).toContain('hopwire_relay_allocations_ended_total{reason="address-blocked"} 1\n');
    expect(text).toContain("hopwire_relay_allocation_duration_seconds_count 1\n");
    expect(v.log).toContain('"event":"lists-reloaded"');
    expect(await allocations()).toBe(0);

    await reload("");
    await Promise.all([a.waitForPath("b", "relayed", 60_000), b.waitForPath("a", "relayed", 60_000)]);
    expect(await allocations()).toBe(1);
  });
});
