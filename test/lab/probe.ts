/**
 * A plain UDP socket in a namespace, worked by lines of JSON on standard input and output; `ProbeClient` is the other end.
 * Started as: node probe.ts <address to bind> <port, 0 for any>
 */
import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";
import { familyOf, type Endpoint } from "../../protocol/endpoint.ts";

export type ProbeCommand = { readonly to: Endpoint; readonly text: string };

export type ProbeEvent =
  | { readonly type: "bound"; readonly port: number }
  | { readonly type: "received"; readonly from: Endpoint; readonly text: string };

/** Any probe that gets the question answers with the source that it saw, as a STUN server does. */
export const QUESTION = "who am I?";
export const ANSWER = "you are ";

if (import.meta.main) {
  const [address = "0.0.0.0", port = "0"] = process.argv.slice(2);
  const socket =
    familyOf(address) === "ipv6" ? createSocket({ type: "udp6", ipv6Only: true }) : createSocket("udp4");
  const tell = (event: ProbeEvent): void => {
    process.stdout.write(JSON.stringify(event) + "\n");
  };
  // What a router refuses is lost, like what it drops.
  const send = (text: string, to: Endpoint): void => socket.send(text, to.port, to.address, () => undefined);

  socket.on("message", (message, { address, port }) => {
    const from = { address, port };
    const text = message.toString();
    if (text === QUESTION) send(ANSWER + JSON.stringify(from), from);
    else tell({ type: "received", from, text });
  });
  socket.bind(Number(port), address, () => tell({ type: "bound", port: socket.address().port }));
  createInterface(process.stdin)
    .on("line", (line) => {
      const { to, text } = JSON.parse(line) as ProbeCommand;
      send(text, to);
    })
    .on("close", () => socket.close());
}
