/**
 * The agent's UDP socket for the packet tests, run inside a namespace:
 *   serve FAMILY PORT            answers every STUN-shaped request with the source it saw, for ever
 *   ask FAMILY PORT HOST PORT    sends requests from PORT until one is answered; prints what the answer says
 * FAMILY is udp4 or udp6.
 */
import { createSocket } from "node:dgram";

const STUN_HEADER = Buffer.from("000100002112a442", "hex");
const ANSWER = 0x0101;

const [mode = "", family = "", port = "", host = "", remotePort = ""] = process.argv.slice(2);
const socket = createSocket({ type: family === "udp6" ? "udp6" : "udp4", ipv6Only: family === "udp6" });

socket.on("message", (bytes, from) => {
  if (mode === "serve") {
    const answer = Buffer.concat([bytes.subarray(0, 20), Buffer.from(`${from.address} ${from.port}`)]);
    answer.writeUInt16BE(ANSWER, 0);
    socket.send(answer, from.port, from.address);
  } else {
    process.stdout.write(bytes.subarray(20).toString());
    process.exit(0);
  }
});

socket.bind(Number(port), () => {
  if (mode === "serve") {
    process.stdout.write("ready\n");
    return;
  }
  const request = Buffer.concat([STUN_HEADER, Buffer.alloc(12, 7)]);
  const send = (): void => socket.send(request, Number(remotePort), host);
  send();
  setInterval(send, 200);
  setTimeout(() => {
    process.stdout.write("no answer");
    process.exit(0);
  }, 1_500);
});
