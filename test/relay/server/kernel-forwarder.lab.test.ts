import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Endpoint } from "../../../protocol/endpoint.ts";
import { describeLab } from "../../lab/describe-lab.ts";
import type { Host } from "../../lab/host.ts";
import { Lab } from "../../lab/lab.ts";
import { KEY, type ForwarderCommand, type ForwarderReport } from "./forwarder-process.ts";
import type { LegCommand, LegReport } from "./leg-process.ts";
import { data, initiation, response } from "./packets.ts";

const POLL_MS = 300;
const RATE_BPS = 8_000_000;
const TABLE = "hopwire_relay_hw0";

/** A program in a site that is worked by lines of JSON. It dies with the lab. */
class Worked<Command, Report extends { readonly tag: string }> {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #reports: Report[] = [];
  #wake: () => void = () => undefined;

  constructor(site: Host, program: string, args: readonly string[]) {
    this.child = site.spawn(process.execPath, [resolve(import.meta.dirname, program), ...args]);
    this.child.stderr.pipe(process.stderr);
    createInterface(this.child.stdout).on("line", (line) => {
      this.#reports.push(JSON.parse(line) as Report);
      this.#wake();
    });
  }

  tell(command: Command): void {
    this.child.stdin.write(JSON.stringify(command) + "\n");
  }

  async next<Tag extends Report["tag"]>(tag: Tag): Promise<Extract<Report, { readonly tag: Tag }>> {
    for (;;) {
      const index = this.#reports.findIndex((report) => report.tag === tag);
      const [found] = index < 0 ? [] : this.#reports.splice(index, 1);
      if (found !== undefined) return found as Extract<Report, { readonly tag: Tag }>;
      await new Promise<void>((wake) => (this.#wake = wake));
    }
  }
}

class Leg {
  readonly #worked: Worked<LegCommand, LegReport>;
  readonly #relay: Endpoint;

  private constructor(worked: Worked<LegCommand, LegReport>, relay: Endpoint) {
    this.#worked = worked;
    this.#relay = relay;
  }

  static async at(site: Host, address: string, relay: Endpoint): Promise<Leg> {
    const worked = new Worked<LegCommand, LegReport>(site, "leg-process.ts", [address]);
    await worked.next("bound");
    return new Leg(worked, relay);
  }

  send(bytes: Uint8Array, times = 1): void {
    this.#worked.tell({ tag: "send", hex: hex(bytes), to: this.#relay, times });
  }

  pour(bytes: Uint8Array, burst: number): void {
    this.#worked.tell({ tag: "pour", hex: hex(bytes), to: this.#relay, burst });
  }

  async receives(bytes: Uint8Array): Promise<void> {
    expect((await this.#worked.next("came")).hex).toBe(hex(bytes));
  }

  report(): Promise<Extract<LegReport, { readonly tag: "counted" }>> {
    this.#worked.tell({ tag: "report" });
    return this.#worked.next("counted");
  }
}

type Family = "ipv4" | "ipv6";

async function scene(family: Family, bandwidthBps = 0, limited: "pair" | "relay" = "pair") {
  const lab = await Lab.create({ name: "kernel" });
  const [relay, hostA, hostB] = await Promise.all([
    lab.openHost("relay"),
    lab.openHost("a"),
    lab.openHost("b"),
  ]);
  const address = (host: Host): string => (family === "ipv4" ? host.address4 : (host.address6 ?? ""));
  const args = [String(POLL_MS), String(bandwidthBps), limited];
  const forwarder = new Worked<ForwarderCommand, ForwarderReport>(relay, "forwarder-process.ts", args);
  const { port } = await forwarder.next("opened");
  const at = (host: Host): Promise<Leg> => Leg.at(host, address(host), { address: address(relay), port });
  const [a, b] = await Promise.all([at(hostA), at(hostB)]);
  const status = () => {
    forwarder.tell({ tag: "status" });
    return forwarder.next("status");
  };
  /** Polls, as the forwarder does: what it knows is that old. */
  const until = async (reached: (report: Awaited<ReturnType<typeof status>>) => boolean) => {
    for (let tries = 0; tries < 40; tries++) {
      const report = await status();
      if (reached(report)) return report;
      await sleep(100);
    }
    throw new Error(`never reached: ${JSON.stringify(await status())}`);
  };
  /** Both legs by a handshake, and on until the kernel carries them. */
  const learn = async () => {
    a.send(initiation(1, KEY.b));
    await a.report();
    await sleep(100); // which of the two the relay sees first decides who answers
    b.send(initiation(7, KEY.a));
    await a.receives(initiation(7, KEY.a));
    a.send(response(2, 7, KEY.b));
    await b.receives(response(2, 7, KEY.b));
    b.send(data(2));
    await a.receives(data(2));
    return until(({ status: { kind } }) => kind === "kernel");
  };
  const ruleset = async (): Promise<string> => (await relay.run("nft", ["list", "ruleset"])).stdout;
  return {
    relay,
    hostA,
    at,
    a,
    b,
    forwarder,
    until,
    learn,
    ruleset,
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
}

const TO_A = data(2, 1200, 0x5a);
const TO_B = data(7, 1200, 0xa5);

async function packetsAt(leg: Leg, packets: number): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    if ((await leg.report()).packets >= packets) return;
    await sleep(50);
  }
  expect((await leg.report()).packets).toBe(packets);
}

describeLab("the kernel forwarder on real packets", () => {
  //
  it.each(["ipv4", "ipv6"] as const)(
    "carries data (%s) past the sockets once both legs are learned, and counts the same",
    async (family) => {
      await using s = await scene(family);
      const before = await s.learn();
      s.a.send(TO_B, 200);
      s.b.send(TO_A, 100);
      await packetsAt(s.b, 201);
      await packetsAt(s.a, 102);
      const { userspace, status } = await s.until(
        ({ status: { counters } }) =>
          counters.a.rxPackets >= before.status.counters.a.rxPackets + 200 &&
          counters.b.rxPackets >= before.status.counters.b.rxPackets + 100,
      );
      expect(userspace).toEqual(before.userspace);
      const [wasA, wasB] = [before.userspace.a, before.userspace.b];
      expect(status.counters).toEqual({
        a: {
          rxPackets: wasA.rxPackets + 200,
          rxBytes: wasA.rxBytes + 200 * 1200,
          txPackets: wasA.txPackets + 100,
          txBytes: wasA.txBytes + 100 * 1200,
        },
        b: {
          rxPackets: wasB.rxPackets + 100,
          rxBytes: wasB.rxBytes + 100 * 1200,
          txPackets: wasB.txPackets + 200,
          txBytes: wasB.txBytes + 200 * 1200,
        },
      });
    },
  );

  it("installs again what somebody flushed, and keeps the counters", async () => {
    await using s = await scene("ipv4");
    await s.learn();
    s.a.send(TO_B, 50);
    const { userspace, status } = await s.until(({ status: { counters } }) => counters.a.rxPackets >= 50);
    await s.relay.run("nft", ["flush", "ruleset"]);
    const healed = await s.until(({ warnings }) => warnings.length > 0);
    expect(healed.warnings).toEqual(["relay table was not as we left it and is installed again"]);
    expect(await s.ruleset()).toContain(TABLE);
    s.a.send(TO_B, 50);
    const after = await s.until(
      ({ status: { counters } }) => counters.a.rxPackets >= status.counters.a.rxPackets + 50,
    );
    expect(after.userspace).toEqual(userspace);
  });

  it("follows a leg that roams", async () => {
    await using s = await scene("ipv4");
    const { status } = await s.learn();
    const roamed = await s.at(s.hostA);
    s.forwarder.tell({ tag: "relearn", leg: "a" });
    await s.until(() => true);
    roamed.send(TO_B);
    const moved = await s.until(
      ({ status: { endpoints } }) => endpoints.a?.port !== status.endpoints.a?.port,
    );
    expect(moved.status.endpoints.a?.address).toBe(status.endpoints.a?.address);
    await s.until(({ status: { kind } }) => kind === "kernel");
    await sleep(POLL_MS);
    s.b.send(TO_A, 20);
    await packetsAt(roamed, 20);
    const { userspace } = await s.until(() => true);
    roamed.send(TO_B, 20);
    await packetsAt(s.b, 22);
    expect((await s.until(() => true)).userspace).toEqual(userspace);
  });

  it("carries on after its interface was down and its routes came back", async () => {
    await using s = await scene("ipv4");
    await s.learn();
    await s.relay.link.unplug();
    await sleep(2 * POLL_MS);
    await s.relay.link.plug();
    const { userspace } = await s.until(({ status: { kind } }) => kind === "kernel");
    s.a.send(TO_B, 20);
    await packetsAt(s.b, 21);
    expect((await s.until(() => true)).userspace).toEqual(userspace);
  });

  it("leaves nothing behind when it is disposed of", async () => {
    await using s = await scene("ipv4");
    await s.learn();
    expect(await s.ruleset()).toContain(TABLE);
    s.forwarder.tell({ tag: "dispose" });
    await s.forwarder.next("disposed");
    expect(await s.ruleset()).toBe("");
  });

  it("loses no packet of a running pair when its process is killed", async () => {
    await using s = await scene("ipv4");
    await s.learn();
    s.a.send(TO_B, 100);
    const ended = new Promise((resolve) => s.forwarder.child.once("exit", resolve));
    s.forwarder.child.kill("SIGKILL");
    await ended;
    s.a.send(TO_B, 100);
    s.b.send(TO_A, 100);
    await packetsAt(s.b, 201);
    await packetsAt(s.a, 102);
  });

  //
  it.each([{ limited: "pair" }, { limited: "relay" }] as const)(
    "holds a $limited to its bandwidth within 15 %, and counts what it dropped",
    async ({ limited }) => {
      await using s = await scene("ipv4", RATE_BPS, limited);
      await s.learn();
      s.a.pour(TO_B, 10);
      await sleep(3_000);
      const first = await s.b.report();
      await sleep(4_000);
      const last = await s.b.report();
      const bps = (8 * 1000 * (last.bytes - first.bytes)) / (last.atMs - first.atMs);
      expect(bps).toBeGreaterThan(0.85 * RATE_BPS);
      expect(bps).toBeLessThan(1.15 * RATE_BPS);
      expect((await s.until(() => true)).status.overRate).toBeGreaterThan(1_000);
    },
  );
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
