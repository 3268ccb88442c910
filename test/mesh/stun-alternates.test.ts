import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { StunAlternates } from "../../agent/mesh/stun-alternates.ts";
import { StunAgent, type ProbeAnswer } from "../../agent/nat/stun-agent.ts";
import { systemClock } from "../../agent/clock.ts";
import { systemRandom } from "../../agent/random.ts";
import type { Decoded } from "../../protocol/decoded.ts";
import type { Endpoint } from "../../protocol/endpoint.ts";
import { seededRandom } from "../support/seeded-random.ts";

const KEY = new Uint8Array(32).fill(9);
const CREDENTIAL = { username: "hopwire:1", key: KEY };
const FIRST = "127.0.0.1";
const SECOND = "127.0.0.2";
const LISTEN_PORT = 51_820;
const NEITHER = { address: false, port: false };
const PORT = { address: false, port: true };
const BOTH = { address: true, port: true };

const owned: AsyncDisposable[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  await Promise.all(owned.splice(0).map((one) => one[Symbol.asyncDispose]()));
  for (const socket of sockets.splice(0)) socket.close();
});

/** Real ports are shared with everything else on this machine. */
function somePorts(): { first: number; last: number } {
  const first = 20_000 + Math.floor(seededRandom(process.pid).fraction() * 10_000);
  return { first, last: first + 999 };
}

async function openOn(addresses: readonly string[], ports = somePorts()): Promise<StunAlternates> {
  const opened = await StunAlternates.open({
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    keyFor: (username) => (username === CREDENTIAL.username ? KEY : undefined),
    place: { addresses, ports, listenPort: LISTEN_PORT },
  });
  if (opened === undefined) throw new Error("no port is free");
  owned.push(opened);
  return opened;
}

/** Asks from a socket of its own. */
async function ask(to: Endpoint, change: typeof BOTH): Promise<Decoded<ProbeAnswer>> {
  const socket = createSocket("udp4");
  sockets.push(socket);
  socket.bind(0, FIRST);
  await once(socket, "listening");
  const agent = new StunAgent({
    clock: systemClock,
    random: systemRandom,
    send: (bytes, there) => socket.send(bytes, there.port, there.address),
    server: { keyFor: () => undefined, onBinding: () => undefined },
  });
  socket.on("message", (bytes, { address, port }) => agent.receive(bytes, { address, port }));
  return agent.request(to, CREDENTIAL, { timeoutMs: 5_000, change });
}

//
describe("a volunteer's other addresses and ports", () => {
  it("answer on the second port of every address, and say where else to ask", async () => {
    const { port } = await openOn([FIRST, SECOND]);
    const answer = await ask({ address: SECOND, port }, NEITHER);
    expect(answer).toMatchObject({
      ok: true,
      value: {
        from: { address: SECOND, port },
        origin: { address: SECOND, port },
        other: { address: FIRST, port },
        mapped: { address: FIRST },
      },
    });
  });

  it("answer from a port that is never asked, and from the second address, as one wishes", async () => {
    const { port } = await openOn([FIRST, SECOND]);
    const fromPort = await ask({ address: FIRST, port }, PORT);
    if (!fromPort.ok) throw new Error(fromPort.reason);
    expect(fromPort.value.from.address).toBe(FIRST);
    expect(fromPort.value.from).toEqual(fromPort.value.origin);
    expect([port, LISTEN_PORT]).not.toContain(fromPort.value.from.port);
    const fromAddress = await ask({ address: FIRST, port }, BOTH);
    if (!fromAddress.ok) throw new Error(fromAddress.reason);
    expect(fromAddress.value.from.address).toBe(SECOND);
  });

  it("name the only address where there is no second, and do not pretend to have one", async () => {
    const { port } = await openOn([FIRST]);
    expect(await ask({ address: FIRST, port }, NEITHER)).toMatchObject({
      value: { other: { address: FIRST, port } },
    });
    expect(await ask({ address: FIRST, port }, BOTH)).toMatchObject({ value: { errorCode: 420 } });
  });

  it("tell of a request to WireGuard's port by which own address the asker is reached", async () => {
    const alternates = await openOn([FIRST, SECOND]);
    const found = await alternates.elsewhere(NEITHER, { address: FIRST, port: 0 });
    expect(found).toMatchObject({
      ok: true,
      value: { send: undefined, origin: { address: FIRST, port: LISTEN_PORT } },
    });
  });

  it("take the last port of the range that is free; of a small range none, but one after it", async () => {
    const ports = somePorts();
    const taken = createSocket("udp4");
    sockets.push(taken);
    taken.bind(ports.last, "0.0.0.0");
    await once(taken, "listening");
    expect((await openOn([FIRST], ports)).port).toBeLessThan(ports.last);
    const small = await openOn([FIRST], { first: ports.first, last: ports.first + 9 });
    expect(small.port).toBeGreaterThan(ports.first + 9);
  });

  //
  it("serve one source up to a burst and then refuse it, without refusing others", async () => {
    const alternates = await openOn([FIRST]);
    const outcomes = await Promise.all(
      Array.from({ length: 120 }, (_, i) => alternates.elsewhere(NEITHER, { address: FIRST, port: i + 1 })),
    );
    const refusals = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.reason]));
    expect(new Set(refusals)).toEqual(new Set(["rate-limited"]));
    expect(refusals.length).toBeGreaterThanOrEqual(15);
    expect((await alternates.elsewhere(NEITHER, { address: SECOND, port: 1 })).ok).toBe(true);
  });

  it("refuse everything once they are closed", async () => {
    const alternates = await openOn([FIRST]);
    await alternates[Symbol.asyncDispose]();
    owned.length = 0;
    expect(await alternates.elsewhere(PORT, { address: FIRST, port: 1 })).toEqual({
      ok: false,
      reason: "cannot-change",
    });
  });
});
