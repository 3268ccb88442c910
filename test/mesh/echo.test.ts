import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { Echo } from "../../agent/mesh/echo.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seededRandom } from "../support/seeded-random.ts";

const HERE = "127.0.0.2";
const THERE = "127.0.0.3";
const NEVER = new AbortController().signal;

async function socketOn(address: string, port = 0): Promise<Socket & AsyncDisposable> {
  const socket = createSocket("udp4");
  socket.bind(port, address);
  await once(socket, "listening");
  return Object.assign(socket, {
    [Symbol.asyncDispose]: async () => {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  });
}

/** One that is free on `HERE`; members have the same port, each on an address of its own. */
async function freePort(): Promise<number> {
  await using socket = await socketOn(HERE);
  return socket.address().port;
}

function open(address: string, port: number, clock = new FakeClock(), seed = 1): Promise<Echo> {
  return Echo.open(address, port, { clock, random: seededRandom(seed), log: silentLogger });
}

describe("a ping over the overlay", () => {
  it("comes back from another member's agent", async () => {
    const port = await freePort();
    await using here = await open(HERE, port);
    await using _ = await open(THERE, port);
    expect(await here.ping(THERE, 1_000, NEVER)).toBe(0);
  });

  it("is lost when its time is over, and not before", async () => {
    const port = await freePort();
    const clock = new FakeClock();
    await using here = await open(HERE, port, clock);
    await using _ = await socketOn(THERE, port);
    const settled: (number | undefined)[] = [];
    void here.ping(THERE, 1_000, NEVER).then((rttMs) => settled.push(rttMs));
    await clock.advance(999);
    expect(settled).toEqual([]);
    await clock.advance(1);
    expect(settled).toEqual([undefined]);
  });

  it("is not answered by anybody but whom it was sent to", async () => {
    const port = await freePort();
    const clock = new FakeClock();
    await using here = await open(HERE, port, clock);
    await using receiver = await socketOn(THERE, port);
    await using stranger = await socketOn("127.0.0.4", port);
    const rttMs = here.ping(THERE, 1_000, NEVER);
    const [request] = (await once(receiver, "message")) as [Buffer];
    const reply = Buffer.concat([Buffer.from("hwR1"), request.subarray(4)]);
    stranger.send(reply, port, HERE);
    // By then the stranger's has come: what one socket receives stays in order.
    stranger.send(Buffer.concat([Buffer.from("hwP1"), request.subarray(4)]), port, HERE);
    await once(stranger, "message");
    await clock.advance(1_000);
    expect(await rttMs).toBeUndefined();
  });

  it("ends at once when it is aborted, begun or not", async () => {
    const port = await freePort();
    const clock = new FakeClock();
    await using here = await open(HERE, port, clock);
    const abort = new AbortController();
    const rttMs = here.ping(THERE, 1_000, abort.signal);
    abort.abort();
    expect(await rttMs).toBeUndefined();
    expect(await here.ping(THERE, 1_000, abort.signal)).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it("is lost, and no error, once the agent is stopping", async () => {
    const clock = new FakeClock();
    const here = await open(HERE, await freePort(), clock);
    const waiting = here.ping(THERE, 1_000, NEVER);
    await here[Symbol.asyncDispose]();
    expect(await waiting).toBeUndefined();
    expect(await here.ping(THERE, 1_000, NEVER)).toBeUndefined();
    expect(clock.pending).toBe(0);
  });
});

describe("the echo's answers", () => {
  it("are for requests of the full length only, and as long", async () => {
    const port = await freePort();
    await using _ = await open(HERE, port);
    await using asking = await socketOn(THERE);
    const request = Buffer.alloc(64, 7);
    request.write("hwP1");
    asking.send(request.subarray(0, 63), port, HERE);
    asking.send(Buffer.concat([request, Buffer.alloc(1)]), port, HERE);
    asking.send(request, port, HERE);
    const [reply] = (await once(asking, "message")) as [Buffer];
    expect(reply.subarray(0, 4).toString()).toBe("hwR1");
    expect(reply.subarray(4)).toEqual(request.subarray(4));
  });
});
