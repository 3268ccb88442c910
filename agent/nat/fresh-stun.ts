import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Random } from "../random.ts";
import { StunAgent, type StunProbe } from "./stun-agent.ts";
import { StunSocket } from "./stun-socket.ts";

/** A socket that has sent nothing yet, so that no NAT knows it. Whoever opens it disposes of it. */
export type FreshStun = AsyncDisposable & {
  readonly port: number;
  readonly request: StunProbe;
};

/** Rejects where no port is free. */
export async function openFreshStun(parts: {
  clock: Clock;
  random: Random;
  log: Logger;
}): Promise<FreshStun> {
  const { clock, random, log } = parts;
  const ready: { agent?: StunAgent } = {};
  const socket = await StunSocket.open(random, log, (bytes, from) => ready.agent?.receive(bytes, from));
  const agent = new StunAgent({
    clock,
    random,
    send: (bytes, to) => socket.send(bytes, to),
    server: { keyFor: () => undefined, onBinding: () => undefined },
  });
  ready.agent = agent;
  return {
    port: socket.port,
    request: (to, credential, options) => agent.request(to, credential, options),
    async [Symbol.asyncDispose]() {
      agent.close();
      await socket[Symbol.asyncDispose]();
    },
  };
}
