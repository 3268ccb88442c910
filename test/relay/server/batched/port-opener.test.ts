import { createSocket } from "node:dgram";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../../../agent/log.ts";
import { BatchedPorts } from "../../../../agent/relay/server/batched/batched-ports.ts";
import {
  batchedPortOpener,
  type PortOpenerParts,
} from "../../../../agent/relay/server/batched/port-opener.ts";
import type { OpenUdpPort, UdpPort, UdpPortHandlers } from "../../../../agent/relay/server/udp-port.ts";

const LOOPBACK = { ipv4: "127.0.0.1", ipv6: "::1" };
const PORTS = { first: 38_000, last: 38_999 };

const open = new Set<UdpPort>();
afterEach(async () => {
  for (const port of open) await port.close();
  open.clear();
});

function opener(start?: PortOpenerParts["start"]) {
  const said: [fields: unknown, text: unknown][] = [];
  const note = (fields: unknown, text?: unknown): void => void said.push([fields, text]);
  const log = { ...silentLogger, info: note, warn: note };
  return { said, openPort: batchedPortOpener({ addresses: LOOPBACK, log, ...(start && { start }) }) };
}

function listener() {
  const [messages, errors]: [string[], string[]] = [[], []];
  const handlers: UdpPortHandlers = {
    message: (bytes) => messages.push(new TextDecoder().decode(bytes)),
    heard: () => undefined,
    undelivered: () => undefined,
    error: (error) => errors.push(error.message),
  };
  return { messages, errors, handlers };
}

async function anyPort(openPort: OpenUdpPort, handlers: UdpPortHandlers): Promise<UdpPort> {
  for (let number = PORTS.first; number <= PORTS.last; number++) {
    const port = await openPort(number, handlers, {});
    if (!port.ok) continue;
    open.add(port.value);
    return port.value;
  }
  throw new Error("no port is free");
}

async function say(text: string, port: number): Promise<void> {
  const socket = createSocket("udp4");
  await new Promise((sent) => socket.send(text, port, "127.0.0.1", sent));
  socket.close();
  await once(socket, "close");
}

async function hears(openPort: OpenUdpPort): Promise<UdpPort> {
  const { messages, handlers } = listener();
  const port = await anyPort(openPort, handlers);
  await say("hello", port.number);
  await vi.waitFor(() => expect(messages).toEqual(["hello"]));
  return port;
}

describe("ports whose packets go in batches", () => {
  it("are had where the host can do it, and it is said", async () => {
    const { said, openPort } = opener();
    const port = await hears(openPort);
    expect(port.carrier).toBeDefined();
    expect(said).toEqual([[{ sockets: "batched" }, "relay sockets chosen"]]);
  });

  it("have another thread after the last was closed", async () => {
    const { said, openPort } = opener();
    await (await hears(openPort)).close();
    await hears(openPort);
    expect(said).toHaveLength(2);
  });

  it("take a number as taken when it is so on one of the families only", async () => {
    const { openPort } = opener();
    const taken = createSocket("udp6").bind(0, "::1");
    await once(taken, "listening");
    const { port } = taken.address();
    expect(await openPort(port, listener().handlers, {})).toEqual({ ok: false, reason: "port-taken" });
    taken.close();
  });

  it("are free when closed, and what came to the last one is not the next one's", async () => {
    //
    const { openPort } = opener();
    const { openPort: other } = opener();
    const [first, next] = [listener(), listener()];
    await anyPort(openPort, listener().handlers);
    const port = await anyPort(openPort, first.handlers);
    await say("to the first", port.number);
    await port.close();
    open.delete(port);
    expect(first.messages.length).toBeLessThanOrEqual(1);
    const again = await openPort(port.number, next.handlers, {});
    if (!again.ok) throw new Error(again.reason);
    await say("to the next", port.number);
    await vi.waitFor(() => expect(next.messages).toEqual(["to the next"]));
    await again.value.close();
    const elsewhere = await other(port.number, next.handlers, {});
    expect(elsewhere.ok).toBe(true);
    if (elsewhere.ok) await elsewhere.value.close();
  });

  it("do not keep the process alive, nor does it wait for the thread when it ends", async () => {
    const program = fileURLToPath(new URL("ending-process.ts", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(stdout).toBe("true\n");
  });
});

describe("node:dgram takes over", () => {
  it("where the thread does not start, and the reason is logged once", async () => {
    const broken = new URL("data:text/javascript,throw new Error('no koffi here')");
    const { said, openPort } = opener((addresses, onBroken) =>
      BatchedPorts.start(addresses, onBroken, broken),
    );
    await hears(openPort);
    expect((await hears(openPort)).carrier).toBeUndefined();
    expect(said).toEqual([
      [
        { sockets: "dgram", reason: "no koffi here" },
        "relay sockets chosen, packets cannot be had in batches",
      ],
    ]);
  });

  it("when the thread breaks: its ports fail and are free, the next ones work", async () => {
    //
    const program = new URL("breaking-worker.ts", import.meta.url);
    const { said, openPort } = opener((addresses, onBroken) =>
      BatchedPorts.start(addresses, onBroken, program),
    );
    const { errors, handlers } = listener();
    const port = await anyPort(openPort, handlers);
    expect(port.carrier).toBeDefined();
    port.send(new TextEncoder().encode("break"), { address: "127.0.0.1", port: 9 });
    await vi.waitFor(() => expect(errors).toEqual(["as told"]));
    await port.close();
    const again = await openPort(port.number, listener().handlers, {});
    expect(again.ok && again.value.carrier).toBeUndefined();
    if (again.ok) await again.value.close();
    expect(said.at(-1)).toEqual([{ sockets: "dgram", reason: "as told" }, "relay sockets broke"]);
  });
});
