import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

export function socketPathIn(runtimeDir: string): string {
  return join(runtimeDir, "hopwire.sock");
}

export function pidPathIn(runtimeDir: string): string {
  return join(runtimeDir, "hopwire.pid");
}

/** Whether a living process owns that socket: the kernel refuses where the owner has died. */
export function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once("connect", () => end(true));
    // Any other refusal has an owner behind it: a full queue (EAGAIN), or one whose socket is not for us (EACCES).
    socket.once("error", ({ code }: NodeJS.ErrnoException) =>
      end(code !== "ENOENT" && code !== "ECONNREFUSED"),
    );
  });
}

/** Undefined where no agent has left its pid. */
export function readPid(runtimeDir: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidPathIn(runtimeDir), "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
