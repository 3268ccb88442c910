import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ANSWER_LIMIT_MS, MAX_ANSWER_BYTES, userspaceSocket } from "../../agent/wireguard/uapi-socket.ts";
import type { Decoded } from "../../protocol/decoded.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** Stands where wireguard-go would; `onRequest` gets a connection at its first bytes. */
class Userspace implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly #folder: string;
  readonly #server = createServer();
  readonly #sockets = new Set<Socket>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(onRequest: (socket: Socket, request: string) => void): Promise<Userspace> {
    const userspace = new Userspace(await mkdtemp(join(tmpdir(), "hopwire-uapi-")));
    const server = userspace.#server;
    server.on("connection", (socket) => {
      userspace.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.once("data", (bytes) => onRequest(socket, bytes.toString()));
    });
    server.listen(join(userspace.#folder, "hw0.sock"));
    await once(server, "listening");
    return userspace;
  }

  ask(name: string, request: string): Promise<Decoded<string> | undefined> {
    return userspaceSocket(this.clock, this.#folder)(name, request);
  }

  async leaveFile(name: string): Promise<void> {
    await writeFile(join(this.#folder, `${name}.sock`), "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await rm(this.#folder, { recursive: true });
  }
}

const hungUp = { ok: false, reason: "wireguard-go hung up" };

describe("userspaceSocket", () => {
  test("gives the answer as soon as its empty line is there, in whatever pieces it comes", async () => {
    const requests: string[] = [];
    await using userspace = await Userspace.start((socket, request) => {
      requests.push(request);
      socket.write("listen_port=5\nerrno=0\n");
      setImmediate(() => socket.write("\n"));
    });
    expect(await userspace.ask("hw0", "get=1\n\n")).toEqual({
      ok: true,
      value: "listen_port=5\nerrno=0\n\n",
    });
    expect(requests).toEqual(["get=1\n\n"]);
    expect(userspace.clock.pending).toBe(0);
  });

  test("hangs up after one answer", async () => {
    const ended = Promise.withResolvers<undefined>();
    await using userspace = await Userspace.start((socket) => {
      socket.once("close", () => ended.resolve(undefined));
      socket.write("errno=0\n\n");
    });
    await userspace.ask("hw0", "get=1\n\n");
    await ended.promise;
  });

  test("a socket that is missing, or that nobody listens at, is no answer and no error", async () => {
    await using userspace = await Userspace.start(() => undefined);
    await userspace.leaveFile("hw1");
    expect(await userspace.ask("hw1", "get=1\n\n")).toBeUndefined();
    expect(await userspace.ask("hw2", "get=1\n\n")).toBeUndefined();
    expect(userspace.clock.pending).toBe(0);
  });

  test("a connection that ends before the empty line is refused", async () => {
    await using userspace = await Userspace.start((socket) => socket.end("listen_port=5\n"));
    expect(await userspace.ask("hw0", "get=1\n\n")).toEqual(hungUp);
  });

  test("a wireguard-go that dies with the request unread is refused", async () => {
    await using userspace = await Userspace.start((socket) => socket.destroy());
    expect(await userspace.ask("hw0", `set=1\n${"#".repeat(1_000_000)}`)).toEqual(hungUp);
  });

  test("gives up after the limit, and not before", async () => {
    const asked = Promise.withResolvers<undefined>();
    await using userspace = await Userspace.start(() => asked.resolve(undefined));
    let answer: Decoded<string> | undefined;
    const asking = userspace.ask("hw0", "get=1\n\n").then((given) => (answer = given));
    await asked.promise;
    await userspace.clock.advance(ANSWER_LIMIT_MS - 1);
    expect(answer).toBeUndefined();
    await userspace.clock.advance(1);
    await asking;
    expect(answer).toEqual({ ok: false, reason: "wireguard-go did not answer in time" });
  });

  test.each([
    [MAX_ANSWER_BYTES, true],
    [MAX_ANSWER_BYTES + 1, false],
  ])("an answer of %i bytes: %s", async (bytes, isTaken) => {
    await using userspace = await Userspace.start((socket) => socket.write(`${"a".repeat(bytes - 2)}\n\n`));
    const answer = await userspace.ask("hw0", "get=1\n\n");
    expect(answer?.ok).toBe(isTaken);
  });
});
