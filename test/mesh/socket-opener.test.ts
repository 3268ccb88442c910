import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { SocketOpener, type OpeningPlan } from "../../agent/mesh/socket-opener.ts";
import { checkCredential } from "../../agent/mesh/stun-names.ts";
import { MANY_SOCKETS, PREDICTED_SOCKETS } from "../../agent/nat/port-plan.ts";
import type { Receive } from "../../agent/nat/socket-bundle.ts";
import { MET_MS } from "../../agent/nat/socket-opening.ts";
import { formatEndpoint, type Endpoint } from "../../protocol/endpoint.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { encodeStun } from "../../protocol/stun/message.ts";
import { monotonicMs } from "../../protocol/time.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";

const SELF = "a".repeat(32) as MemberId;
const PEER = "b".repeat(32) as MemberId;
const OTHER = "c".repeat(32) as MemberId;
const KEY = new Uint8Array(32).fill(7);
const TARGET: Endpoint = { address: "203.0.113.5", port: 40_000 };
const PLAN: OpeningPlan = {
  method: "many-sockets",
  target: TARGET,
  role: "alone",
  ports: { ports: "random", portStep: 0 },
  peerKeepsPorts: false,
  plainSince: monotonicMs(0),
};

/** A host whose sockets are numbers. */
class Host {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  readonly open = new Set<number>();
  sent: { readonly socket: number; readonly to: Endpoint; readonly hops: number | undefined }[] = [];
  direct = new Set<MemberId>();
  mappedPort: number | undefined = 41_000;
  receive: Receive = () => undefined;
  readonly opener = new SocketOpener({
    clock: this.clock,
    random: seededRandom(1),
    log: silentLogger,
    ports: {
      isDirect: (peer) => this.direct.has(peer),
      checks: (peer) => ({
        outbound: checkCredential(peer, SELF, KEY),
        inbound: checkCredential(SELF, peer, KEY),
      }),
      knock: (peer, ports) => this.log.push(`knock ${peer[0]} ${ports.slice(0, 2).join()}`),
      mappedPort: () => Promise.resolve(this.mappedPort),
      dig: (holes) =>
        Promise.resolve(
          void this.log.push(
            `dig ${holes.map(({ remote, localPort }) => `${formatEndpoint(remote)}>${localPort}`).join()}`,
          ),
        ),
      onMet: (peer, remote) => this.log.push(`met ${peer[0]} ${formatEndpoint(remote)}`),
    },
    open: (count, _, receive) => {
      this.receive = receive;
      const numbers = Array.from({ length: count }, (_, number) => number);
      for (const number of numbers) this.open.add(number);
      return Promise.resolve({
        localPorts: numbers.map((number) => 50_000 + number),
        send: (socket, _, to, hops) => this.sent.push({ socket, to, hops }),
        keepOnly: (number) => {
          for (const open of numbers) if (open !== number) this.open.delete(open);
        },
        [Symbol.dispose]: () => this.open.clear(),
      });
    },
  });

  /** A check of the peer arrives. */
  check(socket: number, from = TARGET, sender = PEER, key = KEY): void {
    const { username } = checkCredential(SELF, sender, key);
    const transactionId = new Uint8Array(12).fill(socket % 256);
    this.receive(
      socket,
      encodeStun({ class: "request", transactionId, attributes: { username } }, key),
      from,
    );
  }
}

//
describe("the sockets that are opened", () => {
  it("wait for plain checks first, then send from each once, and the peer is asked", async () => {
    const { clock, opener, sent, log, open } = new Host();
    opener.setPlan(PEER, PLAN);
    await clock.advance(1_499);
    expect(open.size).toBe(0);
    await clock.advance(1_000);
    expect(new Set(sent.map(({ socket }) => socket)).size).toBe(MANY_SOCKETS);
    expect(sent.every(({ to }) => to === TARGET)).toBe(true);
    expect(log).toEqual(["knock b "]);
  });

  it("send so that the peer's router sees nothing where it keeps ports, and may take it for its own; in turn", async () => {
    for (const [peerKeepsPorts, hops] of [
      [true, [2, 64]],
      [false, [64, 2]],
    ] as const) {
      const host = new Host();
      host.opener.setPlan(PEER, { ...PLAN, peerKeepsPorts });
      await host.clock.advance(2_500);
      expect(new Set(host.sent.map((sent) => sent.hops))).toEqual(new Set([hops[0]]));
      host.sent = [];
      await host.clock.advance(32_000);
      expect(new Set(host.sent.map((sent) => sent.hops))).toEqual(new Set([hops[1]]));
    }
  });

  it("are few where ports can be told beforehand, which the peer is then told", async () => {
    const { clock, opener, log, open } = new Host();
    opener.setPlan(PEER, {
      ...PLAN,
      method: "port-prediction",
      ports: { ports: "sequential", portStep: 1 },
    });
    await clock.advance(2_500);
    expect(open.size).toBe(PREDICTED_SOCKETS);
    expect(log).toEqual(["knock b 41001,41002"]);
  });

  it("give their mapping to WireGuard when one is met: the hole first, then the plain checks", async () => {
    const host = new Host();
    host.opener.setPlan(PEER, PLAN);
    await host.clock.advance(2_500);
    host.check(17);
    await host.clock.advance(0);
    expect(host.log.slice(1)).toEqual(["dig 203.0.113.5:40000>50017", "met b 203.0.113.5:40000"]);
    expect([...host.open]).toEqual([17]);
  });

  it("never answer: the peer would move its WireGuard to where no hole is yet", async () => {
    const host = new Host();
    host.opener.setPlan(PEER, PLAN);
    await host.clock.advance(2_500);
    host.sent = [];
    host.check(17);
    host.check(18);
    await host.clock.advance(MET_MS);
    expect(host.sent).toEqual([]);
  });

  it("are not met by a check from elsewhere, in another's name, or without the key", async () => {
    const host = new Host();
    host.opener.setPlan(PEER, PLAN);
    await host.clock.advance(2_500);
    host.check(1, { ...TARGET, port: 1 });
    host.check(2, TARGET, OTHER);
    host.check(3, TARGET, PEER, new Uint8Array(32));
    await host.clock.advance(0);
    expect(host.log).toEqual(["knock b "]);
  });

  it("keep the hole as long as the path through it is direct, and no longer", async () => {
    const host = new Host();
    host.opener.setPlan(PEER, PLAN);
    await host.clock.advance(2_500);
    host.check(17);
    await host.clock.advance(0);
    host.direct.add(PEER);
    host.opener.onPath(PEER, TARGET);
    await host.clock.advance(10 * MET_MS);
    expect(host.open.size).toBe(1);
    host.direct.clear();
    host.opener.onPath(PEER, undefined);
    await host.clock.advance(0);
    expect([host.log.at(-1), host.open.size]).toEqual(["dig ", 0]);
  });

  it("are left alone where the peer is planned to be reached otherwise, until what is in use fails", async () => {
    const host = new Host();
    host.opener.setPlan(PEER, PLAN);
    await host.clock.advance(2_500);
    host.check(17);
    await host.clock.advance(0);
    host.opener.onPath(PEER, TARGET);
    host.opener.setPlan(PEER, undefined);
    await host.clock.advance(10 * MET_MS);
    expect(host.open.size).toBe(1);
    host.opener.onPath(PEER, undefined);
    await host.clock.advance(60_000);
    expect([host.open.size, host.log.at(-1)]).toEqual([0, "dig "]);
  });

  it("are taken back where no path comes of a hole, and where the member is gone", async () => {
    for (const end of [
      (host: Host) => host.clock.advance(MET_MS),
      (host: Host) => {
        host.opener.retain(() => false);
        return host.clock.advance(0);
      },
    ]) {
      const host = new Host();
      host.opener.setPlan(PEER, PLAN);
      await host.clock.advance(2_500);
      host.check(17);
      await host.clock.advance(0);
      await end(host);
      expect([host.log.at(-1), host.open.size]).toEqual(["dig ", 0]);
    }
  });

  it("are opened for one peer at a time, and for none that is direct", async () => {
    const host = new Host();
    host.direct.add(OTHER);
    host.opener.setPlan(OTHER, PLAN);
    host.opener.setPlan(PEER, PLAN);
    await host.clock.advance(10_000);
    host.direct.clear();
    host.opener.onPath(OTHER, undefined);
    await host.clock.advance(5_000);
    expect(host.log).toEqual(["knock b "]);
    await host.clock.advance(5_000);
    expect(host.log).toEqual(["knock b ", "knock c "]);
  });

  it("are closed when another way was found, and at the end of all", async () => {
    for (const end of [
      ({ opener }: Host) => opener.onPath(PEER, { address: "2001:db8::1", port: 1 }),
      ({ opener }: Host) => opener[Symbol.dispose](),
    ]) {
      const host = new Host();
      host.opener.setPlan(PEER, PLAN);
      await host.clock.advance(2_500);
      host.direct.add(PEER);
      end(host);
      expect(host.open.size).toBe(0);
    }
  });
});

//
describe("where the ports of both ends change and can be told", () => {
  const ports = { ports: "sequential", portStep: 1 } as const;

  it("the first asks with its last port, and sends to the one that the peer answers with", async () => {
    const host = new Host();
    host.opener.setPlan(PEER, { ...PLAN, method: "port-prediction", role: "first", ports });
    await host.clock.advance(1_600);
    expect([host.log, host.sent]).toEqual([["knock b 41032"], []]);
    host.opener.onKnock(PEER, 42_000);
    await host.clock.advance(100);
    expect(new Set(host.sent.map(({ socket }) => socket)).size).toBe(PREDICTED_SOCKETS);
    expect(host.sent.every(({ to }) => to.port === 42_000 && to.address === TARGET.address)).toBe(true);
    host.check(9, { ...TARGET, port: 42_000 });
    await host.clock.advance(0);
    expect(host.log.slice(1)).toEqual(["dig 203.0.113.5:42000>50009", "met b 203.0.113.5:42000"]);
  });

  it("the second waits to be asked, answers with its last port and sends, a few times in a row at most", async () => {
    const host = new Host();
    host.opener.setPlan(PEER, { ...PLAN, method: "port-prediction", role: "second", ports });
    await host.clock.advance(60_000);
    expect(host.log).toEqual([]);
    for (let asked = 0; asked < 8; asked++) {
      host.opener.onKnock(PEER, 42_000);
      await host.clock.advance(16_000);
    }
    expect(host.log).toEqual(Array.from({ length: 4 }, () => "knock b 41032"));
    expect(host.sent.every(({ to }) => to.port === 42_000)).toBe(true);
  });

  it("nothing is sent where a port cannot be told", async () => {
    const host = new Host();
    host.mappedPort = undefined;
    host.opener.setPlan(PEER, { ...PLAN, method: "port-prediction", role: "first", ports });
    await host.clock.advance(2_500);
    expect([host.log, host.sent, host.open.size]).toEqual([[], [], 0]);
  });
});
