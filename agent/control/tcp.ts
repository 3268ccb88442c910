import { createServer, createConnection, type Server, type Socket } from "node:net";
import { AgentError } from "../errors.ts";
import type { ControlStreams } from "./streams.ts";

/** Every member of a network of a thousand at once, and a second connection each while one replaces another. */
const MAX_INCOMING = 2048;

/**
 * Frames are small and somebody waits for each: no delay. No TCP keepalive: the control plane's own pings notice a dead
 * peer within half a minute, and also one whose kernel still answers for a program that hangs.
 */
const SOCKET_OPTIONS = { noDelay: true, keepAlive: false } as const;

export const tcpStreams: ControlStreams = {
  listen(address, port, onStream) {
    const { promise, resolve, reject } = Promise.withResolvers<AsyncDisposable>();
    const server = createServer(SOCKET_OPTIONS, (socket) => {
      const { remoteAddress } = socket;
      if (remoteAddress === undefined)
        socket.destroy(); // gone already
      else onStream({ stream: socket, remoteAddress });
    });
    server.maxConnections = MAX_INCOMING;
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, address, port)));
    server.listen({ host: address, port, exclusive: true }, () => {
      // From here on an error concerns one connection that could not be accepted (EMFILE): the server goes on.
      server.on("error", () => undefined);
      resolve({ [Symbol.asyncDispose]: () => closeServer(server) });
    });
    return promise;
  },

  connect(address, port, localAddress, signal) {
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    signal.throwIfAborted();
    const socket = createConnection({ host: address, port, localAddress, ...SOCKET_OPTIONS });
    const onAbort = (): void => {
      socket.destroy();
      reject(signal.reason as Error);
    };
    const onError = (error: Error): void => {
      signal.removeEventListener("abort", onAbort);
      reject(error);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", onError);
    socket.once("connect", () => {
      signal.removeEventListener("abort", onAbort);
      socket.off("error", onError);
      resolve(socket);
    });
    return promise;
  },
};

function listenError(error: NodeJS.ErrnoException, address: string, port: number): AgentError {
  const at = `${address}:${port}`;
  if (error.code === "EADDRINUSE") {
    return new AgentError("port.taken", `the control port ${at} is taken by another program`, {
      cause: error,
      hint: "stop the program that listens there (ss -ltnp shows it)",
    });
  }
  return new AgentError("interface.failed", `the control port ${at} cannot be opened: ${error.message}`, {
    cause: error,
  });
}

/** Resolves when nothing more is accepted. Accepted sockets belong to whom they were given, and close with their owner. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
