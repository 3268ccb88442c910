import { describe, expect, it } from "vitest";
import { lookAtLifetime } from "../../agent/mesh/lifetime-look.ts";
import type { MappingLifetime } from "../../agent/nat/mapping-lifetime.ts";
import { decoded, refused } from "../../protocol/decoded.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { endpoint } from "./samples.ts";

const ANSWER = {
  rttMs: 1,
  mapped: undefined,
  errorCode: undefined,
  nonce: undefined,
  from: endpoint(1),
  origin: undefined,
  other: undefined,
};

/** A NAT that forgets after `keptSec`. */
function look(keptSec: number): {
  clock: FakeClock;
  alive: number[];
  sockets: () => number;
  stop: AbortController;
  found: Promise<MappingLifetime>;
} {
  const clock = new FakeClock();
  const alive: number[] = [];
  const stop = new AbortController();
  let sockets = 0;
  const found = lookAtLifetime({
    clock,
    server: { server: "v", endpoint: endpoint(1), credential: { username: "u", key: new Uint8Array(32) } },
    onAlive: (sec) => alive.push(sec),
    signal: stop.signal,
    openFresh: () => {
      sockets++;
      return Promise.resolve({
        port: 50_000,
        request: (_to, _credential, { delaySec = 0, timeoutMs }) =>
          new Promise((resolve) => {
            const lives = delaySec < keptSec;
            clock.after(lives ? delaySec * 1000 : timeoutMs, () =>
              resolve(lives ? decoded(ANSWER) : refused("timeout")),
            );
          }),
        [Symbol.asyncDispose]: () => {
          sockets--;
          return Promise.resolve();
        },
      });
    },
  });
  return { clock, alive, sockets: () => sockets, stop, found };
}

//
describe("a look at a mapping's lifetime", () => {
  it("waits for all lifetimes at the same time, tells of each that is reached, and is over after five minutes", async () => {
    const { clock, alive, sockets, found } = look(70);
    await clock.advance(3_000 + 60_000);
    expect(alive).toEqual([15, 30, 45, 60]);
    await clock.advance(245_000);
    expect(await found).toEqual({ atLeastSec: 60, belowSec: 90 });
    expect(sockets()).toBe(0);
  });

  it("ends when the caller goes, and closes its sockets", async () => {
    const { clock, sockets, stop, found } = look(70);
    const failed = expect(found).rejects.toThrow("enough");
    await clock.advance(20_000);
    stop.abort(new Error("enough"));
    await failed;
    await clock.advance(0);
    expect(sockets()).toBe(0);
  });
});
