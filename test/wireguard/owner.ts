/** An agent of a few lines: brings an interface up and waits to be killed. Arguments: interface, owner, port; the key by stdin. */
import { text } from "node:stream/consumers";
import { systemClock } from "../../agent/clock.ts";
import { systemRunner } from "../../agent/runner.ts";
import { WireguardDevice } from "../../agent/wireguard/device.ts";
import { userspaceSocket } from "../../agent/wireguard/uapi-socket.ts";

const [name = "", ownerId = "", port = ""] = process.argv.slice(2);
const device = new WireguardDevice(name, ownerId, {
  run: systemRunner,
  askUserspace: userspaceSocket(systemClock),
  clock: systemClock,
  readFile: () => Promise.reject(new Error("not needed")),
});
await device.up({
  privateKey: (await text(process.stdin)).trim(),
  listenPort: Number(port),
  addresses: [{ address: "100.99.0.1", prefixLength: 16 }],
  mtu: 1420,
  backend: "wireguard-go",
});
process.stdout.write("up\n");
setInterval(() => undefined, 60_000);
