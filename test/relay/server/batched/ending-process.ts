/** Opens a port, says whether it is one whose packets go in batches, and has nothing else to do. */
import { silentLogger } from "../../../../agent/log.ts";
import { batchedPortOpener } from "../../../../agent/relay/server/batched/port-opener.ts";

const nothing = (): void => undefined;
const handlers = { message: nothing, heard: nothing, undelivered: nothing, error: nothing };
const openPort = batchedPortOpener({
  addresses: { ipv4: "127.0.0.1", ipv6: "::1" },
  log: silentLogger,
});
for (let number = 39_000, isOpen = false; !isOpen; number++) {
  const port = await openPort(number, handlers, {});
  isOpen = port.ok;
  if (port.ok) console.log(port.value.carrier !== undefined);
}
