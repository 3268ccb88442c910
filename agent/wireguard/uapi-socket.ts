import { connect } from "node:net";
import { join } from "node:path";
import { decoded, refused, type Decoded } from "../../protocol/decoded.ts";
import type { Clock } from "../clock.ts";

/**
 * Sends one request of `uapi.ts` to the WireGuard in userspace that serves the interface, and gives its answer, whole and with the
 * private key in it. Undefined where the request reached nobody. Never rejects.
 */
export type AskUserspace = (interfaceName: string, request: string) => Promise<Decoded<string> | undefined>;

/** Where `wg` and wireguard-go meet on Linux. */
const FOLDER = "/var/run/wireguard";

/** A peer with two allowed IPs takes 550 bytes at most: seven times a network of a thousand. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** As long as `wg` is given, which waits for the same answer. */
export const ANSWER_LIMIT_MS = 10_000;

/** One request a connection. `folder` is another in tests only. */
export function userspaceSocket(clock: Clock, folder = FOLDER): AskUserspace {
  return (interfaceName, request) =>
    new Promise((resolve) => {
      let answer = "";
      let isHeard = false;
      const socket = connect(join(folder, `${interfaceName}.sock`));
      const end = (outcome: Decoded<string> | undefined): void => {
        cancel();
        socket.destroy();
        resolve(outcome);
      };
      const cancel = clock.after(ANSWER_LIMIT_MS, () => end(refused("wireguard-go did not answer in time")));
      socket.once("connect", () => {
        isHeard = true;
      });
      socket.on("error", () => end(isHeard ? refused("wireguard-go hung up") : undefined));
      socket.once("end", () => end(refused("wireguard-go hung up")));
      socket.setEncoding("latin1").on("data", (text: string) => {
        answer += text;
        if (answer.length > MAX_ANSWER_BYTES) end(refused("the answer of wireguard-go is too long"));
        else if (answer.endsWith("\n\n")) end(decoded(answer));
      });
      socket.write(request);
    });
}
