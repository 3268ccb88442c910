import { expect, it, vi } from "vitest";
import type { RelayStatus } from "../../../agent/admin/contract.ts";
import { UNANSWERED_MS } from "../../../agent/relay/server/guard/amplification.ts";
import { EASY_NAT, Mesh } from "../../agent/mesh.ts";
import { describeLab } from "../../lab/describe-lab.ts";

describeLab("a relayed pair of which one end is gone", () => {
  //
  it.each(["userspace", "kernel"] as const)(
    "is ended by the %s forwarder's relay while the other end still sends much",
    async (forwarder) => {
      await using mesh = await Mesh.create("unanswered", EASY_NAT);
      const { lab, natA, natB, v, a, b } = mesh;
      await lab.cutBetween(natA, natB);
      await mesh.connect({ HOPWIRE_RELAY_FORWARDER: forwarder });
      await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
      const status = async () => JSON.parse(await v.must("relay", "status", "--json")) as RelayStatus;
      const relayed = async () => (await status()).allocations;
      expect((await status()).forwarder).toBe(forwarder);

      // 60 kB a second into the void.
      const pings = a.host.spawn("ping", ["-q", "-i", "0.02", "-s", "1200", (await a.peer("b")).address4]);
      await b.host.link.unplug();
      await vi.waitFor(async () => expect(await relayed()).toEqual([]), {
        timeout: 2 * UNANSWERED_MS,
        interval: 500,
      });
      pings.kill("SIGINT");
      const events = v.log.split("\n").filter((line) => line.includes('"stream":"security"'));
      expect(events).toEqual([expect.stringContaining('"event":"leg-unanswered"')]);
      expect(a.log).toContain('"reason":"unanswered"');
    },
  );
});
