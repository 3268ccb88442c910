import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { POLL_MS } from "../../agent/relay/server/counting-poll.ts";
import { BURST_BYTES } from "../../agent/relay/server/token-bucket.ts";
import { describeLab } from "../lab/describe-lab.ts";
import type { Host } from "../lab/host.ts";
import { natRules } from "../lab/nat-rules.ts";
import { captureHandshakes, type Captured } from "./handshake-capture.ts";
import { HARD_NAT, Mesh } from "./mesh.ts";
import { Pings } from "./pings.ts";
import { Stream } from "./stream.ts";

const PORTS = { first: 40_000, last: 49_999 };
const BYTES_PER_SEC = 250_000;
const QUOTA_BYTES = 5_000_000;
const REPLAYS = 10;

/** What the pair says besides: gossip, control, handshakes. */
const CHATTER_BYTES = 50_000;

for (const forwarder of ["userspace", "kernel"] as const) {
  describeLab(`a pair on a relay with the ${forwarder} forwarder`, () => {
    let mesh: Mesh;
    let stranger: Host;
    let handshakes: readonly Captured[];

    beforeAll(async () => {
      mesh = await Mesh.create(`limits-${forwarder}`, HARD_NAT);
      stranger = await mesh.lab.openHost("stranger");
      const { v, a, b } = mesh;
      await Promise.all([
        mesh.found({
          HOPWIRE_RELAY_FORWARDER: forwarder,
          HOPWIRE_RELAY_TIERS_FREE_BANDWIDTH_MBPS: String((8 * BYTES_PER_SEC) / 1e6),
          HOPWIRE_RELAY_TIERS_FREE_QUOTA_MB: String(QUOTA_BYTES / 1e6),
        }),
        a.start(),
        b.start(),
      ]);
      const captured = await captureHandshakes(v.host, PORTS.first, PORTS.last);
      await mesh.admit(a);
      await mesh.admit(b);
      await Promise.all([a.waitForPath("b", "relayed"), b.waitForPath("a", "relayed")]);
      const pings = await pinging();
      await pings.stop();
      handshakes = await captured();
      expect((await v.api.relayStatus()).forwarder).toBe(forwarder);
    });
    afterAll(() => mesh[Symbol.asyncDispose]());

    const pinging = async (): Promise<Pings> => {
      const pings = new Pings(mesh.a.host, (await mesh.a.peer("b")).address4);
      await pings.moreAnswers(25);
      return pings;
    };
    const relayedBytes = async (): Promise<number> =>
      (await mesh.v.api.relayStatus()).allocations.reduce((sum, { bytes }) => sum + bytes, 0);
    /** Each time that the relay took a place for a leg's. */
    const placings = (): readonly string[] =>
      mesh.v.log.split("\n").filter((line) => line.includes("relay leg confirmed"));
    /** By which nftables knows legs; none where sockets carry the data. */
    const flows = async (): Promise<string> => {
      const { stdout } = await mesh.v.host.run("nft", ["list", "ruleset"]);
      return [...stdout.matchAll(/\S+ \. \d+ \. \S+ \. \d+ (?=timeout)/g)]
        .map(([flow]) => flow)
        .sort()
        .join("\n");
    };

    //
    it(`is not moved by ${REPLAYS} replays of each of its handshakes from elsewhere, and loses nothing`, async () => {
      const port = Number((await mesh.a.peer("b")).path.endpoint?.split(":").at(-1));
      const own = handshakes.filter((handshake) => handshake.port === port);
      expect(new Set(own.map(({ type }) => type))).toEqual(new Set(["initiation", "response"]));
      const pings = await pinging();
      const before = { placings: placings(), flows: await flows() };
      expect(before.flows === "").toBe(forwarder === "userspace");
      const { stdout } = await stranger.run(process.execPath, [
        "-e",
        `let came = 0;
         const socket = require("node:dgram").createSocket("udp4").on("message", () => came++);
         const packets = ${JSON.stringify(own.map(({ hex }) => hex))}.flatMap((hex) => Array(${REPLAYS}).fill(hex));
         const timer = setInterval(() => {
           const hex = packets.shift();
           if (hex !== undefined) return socket.send(Buffer.from(hex, "hex"), ${port}, "${mesh.v.host.address4}");
           clearInterval(timer);
           setTimeout(() => { console.log(came); process.exit(); }, 500);
         }, 10);`,
      ]);
      await pings.moreAnswers(25);
      const { lost } = await pings.stop();
      expect({ lost, answers: Number(stdout) }).toEqual({ lost: 0, answers: 0 });
      expect({ placings: placings(), flows: await flows() }).toEqual(before);
    });

    it("goes on within a second when the NAT of an end gives it another port, or another address", async () => {
      const { natA } = mesh;
      const pings = await pinging();
      const gapsMs: number[] = [];
      const roam = async (move: () => Promise<unknown>): Promise<void> => {
        const before = placings().length;
        pings.takeLongestGapMs();
        await move();
        await expect.poll(() => placings().length, { timeout: 5_000 }).toBeGreaterThan(before);
        await pings.moreAnswers(25);
        gapsMs.push(Math.round(pings.takeLongestGapMs()));
      };
      const forget = (): Promise<unknown> => natA.run("conntrack", ["-F"]);
      for (let turn = 0; turn < 5; turn++) {
        await wait(turn * 170); // at another time between two of the ends' keepalives
        await roam(forget);
      }
      const address = natA.outside4.replace(/\d+$/, (last) => String(Number(last) + 1));
      await roam(async () => {
        await natA.namespace.configure({
          ip: [`address add ${address}/28 dev ${natA.link.device}`],
          nft: `flush ruleset\n${natRules(address, natA.inside.behaviour)}`,
        });
        await forget();
      });
      await pings.stop();
      console.info(`${forwarder}: gaps of a leg that roams: ${gapsMs.join(", ")} ms`);
      expect(Math.max(...gapsMs)).toBeLessThanOrEqual(1_000);
    });

    //
    it("is held to its bandwidth within 15 %, both ways together", async () => {
      const [a, b] = await streams();
      await Promise.all([a.send(b, BYTES_PER_SEC), b.send(a, BYTES_PER_SEC)]);
      // What may come at once has come by then.
      await expect
        .poll(() => a.receivedBytes + b.receivedBytes, { timeout: 20_000 })
        .toBeGreaterThan(3 * BURST_BYTES);
      const received = () =>
        [a, b].map(({ receivedBytes, countedAtMs }) => [receivedBytes, countedAtMs] as const);
      const before = received();
      await wait(4_000);
      const rate = received().reduce((sum, [bytes, atMs], i) => {
        const [bytesBefore = 0, atMsBefore = 0] = before[i] ?? [];
        return sum + ((bytes - bytesBefore) * 1000) / (atMs - atMsBefore);
      }, 0);
      a.stop();
      b.stop();
      console.info(`${forwarder}: ${((100 * rate) / BYTES_PER_SEC).toFixed(1)} % of the bandwidth`);
      expect(rate).toBeGreaterThan(0.85 * BYTES_PER_SEC);
      expect(rate).toBeLessThan(1.15 * BYTES_PER_SEC);
    });

    //
    it("is warned at 90 % of its quota, and ends at 100 % plus what passes between two polls", async () => {
      const [a, b] = await streams();
      await wait(2 * POLL_MS);
      const usedBefore = await relayedBytes();
      const upTo = 0.93 * QUOTA_BYTES - usedBefore;
      await a.send(b, 0.8 * BYTES_PER_SEC, upTo);
      const warned = (agent: typeof mesh.a) => async (): Promise<boolean> =>
        (await agent.api.status()).warnings.some((text) => text.includes("% of the 5 MB that v relays"));
      for (const agent of [mesh.a, mesh.b]) await expect.poll(warned(agent), { timeout: 40_000 }).toBe(true);
      await expect.poll(() => b.receivedBytes, { timeout: 20_000 }).toBeGreaterThan(0.99 * upTo);

      await a.send(b, 2 * BYTES_PER_SEC);
      await expect.poll(() => mesh.v.log, { timeout: 20_000 }).toContain('"why":"quota"');
      await wait(500);
      const used = usedBefore + b.receivedBytes;
      await expect.poll(() => mesh.a.log, { timeout: 20_000 }).toContain("quota-used");
      a.stop();
      b.stop();
      console.info(`${forwarder}: ended at ${((100 * used) / QUOTA_BYTES).toFixed(1)} % of the quota`);
      const unseenSec = POLL_MS / 1000;
      expect(used).toBeGreaterThan(QUOTA_BYTES - CHATTER_BYTES);
      expect(used).toBeLessThan(QUOTA_BYTES + BYTES_PER_SEC * unseenSec + CHATTER_BYTES);
      expect((await mesh.v.api.relayStatus()).allocations).toEqual([]);
    });

    const streams = async (): Promise<readonly [Stream, Stream]> => {
      const { a, b } = mesh;
      const [own, other] = [(await b.peer("a")).address4, (await a.peer("b")).address4];
      return [new Stream(a.host, own), new Stream(b.host, other)];
    };
  });
}
