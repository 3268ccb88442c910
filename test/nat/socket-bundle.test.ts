import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, it } from "vitest";
import { SocketBundle } from "../../agent/nat/socket-bundle.ts";
import { seededRandom } from "../support/seeded-random.ts";

//
it("a bundle sends from and receives at a port for each socket, until only one is kept", async () => {
  const peer = createSocket("udp4");
  peer.bind(0, "127.0.0.1");
  await once(peer, "listening");
  const target = { address: "127.0.0.1", port: peer.address().port };
  const { promise: received, resolve } = Promise.withResolvers<readonly unknown[]>();
  // Real ports are shared with everything else on this machine: the seed varies by process.
  const bundle = await SocketBundle.open(8, seededRandom(process.pid), (socket, bytes, from) =>
    resolve([socket, [...bytes], from]),
  );
  expect(new Set(bundle.localPorts).size).toBe(8);
  expect(Math.min(...bundle.localPorts)).toBeGreaterThanOrEqual(52_000);
  bundle.keepOnly(5);
  bundle.send(4, Uint8Array.from([4]), target);
  bundle.send(5, Uint8Array.from([5]), target);
  bundle.send(5, Uint8Array.from([6]), { ...target, port: 0 });
  const [bytes, from] = (await once(peer, "message")) as [Buffer, { port: number }];
  expect([[...bytes], from.port]).toEqual([[5], bundle.localPorts[5]]);
  peer.send(Uint8Array.from([7]), from.port, "127.0.0.1");
  expect(await received).toEqual([5, [7], target]);
  bundle[Symbol.dispose]();
  peer.close();
});
