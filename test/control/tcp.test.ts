import { createServer } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../agent/clock.ts";
import { ControlPlane } from "../../agent/control/plane.ts";
import { tcpStreams } from "../../agent/control/tcp.ts";
import { silentLogger } from "../../agent/log.ts";
import { systemRandom } from "../../agent/random.ts";
import type { Notification } from "../../protocol/frame-body.ts";
import { NETWORK, TestDirectory, testMember, type TestMember } from "./members.ts";

/** All of 127.0.0.0/8 is this host's, so that two members have two addresses. */
const members = [testMember(1), testMember(2)].map((member, index) => ({
  ...member,
  address4: `127.0.7.${index + 1}`,
})) as [TestMember, TestMember];
const WANTED: Notification = { kind: "wanted", slots: [new Uint8Array(12).fill(3)] };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, members[0].address4);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

type Heard = { connected: () => void; notified: (body: Notification) => void };

function planeOf(member: TestMember, port: number, heard: Partial<Heard> = {}): ControlPlane {
  return new ControlPlane({
    network: NETWORK,
    self: member.id,
    identityKey: member.signKey,
    agentVersion: "0.1.0",
    address4: member.address4,
    port,
    directory: new TestDirectory(members),
    streams: tcpStreams,
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
    events: {
      onConnected: () => heard.connected?.(),
      onReplaced: () => undefined,
      onDisconnected: () => undefined,
      onNotification: (_id, body) => heard.notified?.(body),
      onRequest: () => Promise.resolve({ kind: "refreshed", lifetimeSec: 60 }),
      onRedeem: () => Promise.reject(new Error("no invites here")),
    },
  });
}

describe("control over real TCP", () => {
  it("connects from the own address, and carries requests and a megabyte of notifications", async () => {
    const port = await freePort();
    const both = Promise.withResolvers<undefined>();
    const last = Promise.withResolvers<Notification>();
    await using a = planeOf(members[0], port, { connected: () => both.resolve(undefined) });
    await using b = planeOf(members[1], port, {
      notified: (body) => body.kind === "wanted" && last.resolve(body),
    });
    await a.listen();
    await b.listen();
    a.setTargets([members[1].id]);
    await both.promise;
    const answer = await a.request(
      members[1].id,
      { kind: "refresh", allocation: "a".repeat(32) as never },
      5000,
    );
    expect(answer).toEqual({ ok: true, value: { kind: "refreshed", lifetimeSec: 60 } });
    const records = Array<Uint8Array>(30).fill(new Uint8Array(2000).fill(1));
    for (let sent = 0; sent < 17; sent++)
      expect(a.notify(members[1].id, { kind: "records", records })).toBe(true);
    a.notify(members[1].id, WANTED);
    expect(await last.promise).toEqual(WANTED);
    expect(await a.connectionTo(members[1].id)?.pingNow(5000)).toBeGreaterThan(0);
  });

  it("refuses a port that is taken, and an address that is not this host's, by name", async () => {
    const port = await freePort();
    await using first = planeOf(members[0], port);
    await using second = planeOf(members[0], port);
    await using foreign = planeOf({ ...members[0], address4: "192.0.2.1" }, port);
    await first.listen();
    await expect(second.listen()).rejects.toMatchObject({ code: "port.taken" });
    await expect(foreign.listen()).rejects.toMatchObject({ code: "interface.failed" });
  });

  it("gives up an attempt when told to", async () => {
    const signal = AbortSignal.abort(new Error("no longer wanted"));
    const attempt = async () => tcpStreams.connect(members[0].address4, 9, members[1].address4, signal);
    await expect(attempt()).rejects.toThrow("no longer wanted");
  });
});
