import type { Host } from "../../../test/lab/host.ts";
import { Lab } from "../../../test/lab/lab.ts";

/** Senders in `a`, receivers in `b`, and the relay, each with one cable to the internet. */
export type BenchNet = AsyncDisposable & { readonly a: Host; readonly b: Host; readonly relay: Host };

/** Empty but for `throughRelay`; a rule for it is there for everybody, so that everybody pays for looking. */
const DETOUR_TABLE = 77;

export async function benchNet(): Promise<BenchNet> {
  await using stack = new AsyncDisposableStack();
  const lab = stack.use(await Lab.create({ name: "relay" }));
  const [a, b, relay] = await Promise.all([lab.openHost("a"), lab.openHost("b"), lab.openHost("r")]);
  await a.link.far.namespace.configure({
    ip: [`rule add iif ${a.link.far.device} to ${b.address4} lookup ${DETOUR_TABLE}`],
  });
  const owned = stack.move();
  return { a, b, relay, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Until it is disposed of, packets from `a` to `b` make the way that a relay's packets make, and the relay's kernel only routes them. */
export async function throughRelay({ a, b, relay }: BenchNet): Promise<AsyncDisposable> {
  const internet = a.link.far.namespace;
  const route = `${b.address4} via ${relay.address4} table ${DETOUR_TABLE}`;
  await internet.configure({ ip: [`route add ${route}`] });
  await relay.namespace.configure({ sysctl: forwarding(1) });
  return {
    async [Symbol.asyncDispose]() {
      await internet.configure({ ip: [`route delete ${route}`] });
      await relay.namespace.configure({ sysctl: forwarding(0) });
    },
  };
}

function forwarding(on: 0 | 1): Readonly<Record<string, number>> {
  return {
    "net.ipv4.ip_forward": on,
    "net.ipv4.conf.all.send_redirects": 0,
    "net.ipv4.conf.eth0.send_redirects": 0,
  };
}
