import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import type { Clock } from "../../agent/clock.ts";
import { AgentError } from "../../agent/errors.ts";
import { systemRandom } from "../../agent/random.ts";
import type { CommandRunner, RunResult } from "../../agent/runner.ts";
import { decoded, refused } from "../../protocol/decoded.ts";
import { monotonicMs, wallMs } from "../../protocol/time.ts";
import { WireguardDevice, type DeviceSettings } from "../../agent/wireguard/device.ts";
import { nftUsable } from "../../agent/wireguard/firewall.ts";
import { generateKeyPair } from "../../agent/wireguard/keys.ts";
import { encodePeers, GET_REQUEST } from "../../agent/wireguard/uapi.ts";
import type { AskUserspace } from "../../agent/wireguard/uapi-socket.ts";

const key = generateKeyPair(systemRandom);

const removal = { publicKey: key.publicKey, remove: true } as const;

const settings: DeviceSettings = {
  privateKey: key.privateKey,
  listenPort: 51_820,
  addresses: [{ address: "100.99.0.1", prefixLength: 16 }],
  mtu: 1420,
  backend: "auto",
};

const fine: RunResult = { exitCode: 0, stdout: "", stderr: "" };
const bad = (stderr: string, exitCode = 1): RunResult => ({ exitCode, stdout: "", stderr });
const says = (stdout: string): RunResult => ({ ...fine, stdout });

/** A timer fires at once and moves the time by its delay. */
function jumpingClock(): Clock {
  let nowMs = 0;
  return {
    wallNow: () => wallMs(nowMs),
    monotonicNow: () => monotonicMs(nowMs),
    after(delayMs, callback) {
      nowMs += delayMs;
      queueMicrotask(callback);
      return () => undefined;
    },
  };
}

/** A host with WireGuard in its kernel, as far as its tools tell; `answer` overrides what a command line says. */
function kernelHost(
  answer: (line: string) => RunResult | undefined = () => undefined,
  askUserspace: AskUserspace = () => Promise.resolve(undefined),
): {
  lines: string[];
  device: WireguardDevice;
} {
  const lines: string[] = [];
  let exists = false;
  let ifalias: string | undefined;
  let dump = "(none)\t(none)\t0\toff\n";
  const run: CommandRunner = (program, args) => {
    const line = [program, ...args].join(" ");
    lines.push(line);
    const overridden = answer(line);
    if (overridden !== undefined) return Promise.resolve(overridden);
    if (line.startsWith("ip link add")) exists = true;
    if (line.startsWith("ip link delete")) exists = false;
    ifalias = / alias (\S+)/.exec(line)?.[1] ?? ifalias;
    if (line.includes("private-key")) dump = `${key.privateKey}\t${key.publicKey}\t51820\toff\n`;
    if (line.startsWith("ip -json -details link")) {
      const link = { ifname: "hw0", ifalias, flags: [], linkinfo: { info_kind: "wireguard" } };
      return Promise.resolve(exists ? says(JSON.stringify([link])) : bad('Device "hw0" does not exist.'));
    }
    if (line.startsWith("ip -json addr")) return Promise.resolve(says("[]"));
    if (line.startsWith("wg show")) return Promise.resolve(exists ? says(dump) : bad("No such device"));
    return Promise.resolve(fine);
  };
  const readFile = (): Promise<string> => Promise.resolve("18446744073709551615\n");
  const clock = jumpingClock();
  return { lines, device: new WireguardDevice("hw0", "state-1", { run, askUserspace, clock, readFile }) };
}

describe("WireguardDevice", () => {
  // R-1302
  test("uses the kernel where it can, and asks each tool once", async () => {
    const { device, lines } = kernelHost();
    expect(await device.up(settings)).toEqual({
      backend: "kernel",
      adopted: false,
      listenPort: 51_820,
      unassigned: [],
    });
    expect(lines).toEqual([
      "ip -json -details link show dev hw0",
      "ip link add dev hw0 type wireguard",
      "ip link set dev hw0 alias hopwire:state-1",
      "wg show hw0 dump",
      'sh -c cat | "$@" sh wg set hw0 listen-port 51820 private-key /dev/stdin',
      "ip -json addr show dev hw0",
      "ip addr replace 100.99.0.1/16 dev hw0",
      "ip link set dev hw0 mtu 1420 up",
      "wg show hw0 dump",
    ]);
  });

  test.each(["Error: Unknown device type.", "RTNETLINK answers: Operation not supported"])(
    "falls back to wireguard-go where the kernel says %j, unless the kernel was demanded",
    async (stderr) => {
      const { device, lines } = kernelHost((line) =>
        line.startsWith("ip link add") ? bad(stderr, 2) : undefined,
      );
      await expect(device.up({ ...settings, backend: "kernel" })).rejects.toMatchObject({
        code: "interface.failed",
      });
      expect(lines.join("\n")).not.toContain("wireguard-go");
      await expect(device.up(settings)).rejects.toMatchObject({
        message: expect.stringContaining("does not answer") as string,
      });
      expect(lines).toContain("env -u WG_PROCESS_FOREGROUND LOG_LEVEL=silent wireguard-go hw0");
    },
  );

  test.each([
    ["a port that is taken", "mtu 1420 up", "RTNETLINK answers: Address already in use", "port.taken"],
    ["rights that are missing", "alias", "RTNETLINK answers: Operation not permitted", "rights.missing"],
    ["any other complaint", "addr replace", `Error: ${key.privateKey} is odd`, "interface.failed"],
  ])("%s ends up without an interface and without a key in the error", async (_, part, stderr, code) => {
    const { device, lines } = kernelHost((line) => (line.includes(part) ? bad(stderr, 2) : undefined));
    const error: unknown = await device.up(settings).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(key.privateKey);
    expect(lines.at(-2)).toBe("ip link delete dev hw0");
  });

  test("a name that is taken between looking and making is refused", async () => {
    const { device, lines } = kernelHost((line) =>
      line.startsWith("ip link add") ? bad("RTNETLINK answers: File exists", 2) : undefined,
    );
    await expect(device.up(settings)).rejects.toMatchObject({ code: "interface.taken" });
    expect(lines).toHaveLength(2);
  });

  test("calls run one after the other", async () => {
    const { device, lines } = kernelHost();
    await Promise.all([device.up(settings), device.apply([{ publicKey: key.publicKey }]), device.down()]);
    const order = lines.filter((line) => /up$|peer|link delete/.test(line));
    expect(order).toEqual([
      "ip link set dev hw0 mtu 1420 up",
      `wg set hw0 peer ${key.publicKey}`,
      "ip link delete dev hw0",
    ]);
  });

  test("down removes the firewall table even if the interface resists", async () => {
    const { device, lines } = kernelHost((line) =>
      line.startsWith("ip -json -details") ? bad("Cannot open netlink socket") : undefined,
    );
    await expect(device.down()).rejects.toMatchObject({ code: "interface.failed" });
    expect(lines.at(-1)).toBe("nft -f -");
  });

  test("where wireguard-go answers at its socket, looks and changes of peers start no program", async () => {
    const asked: [string, string][] = [];
    const { device, lines } = kernelHost(
      () => undefined,
      (name, request) => {
        asked.push([name, request]);
        return Promise.resolve(
          decoded(request === GET_REQUEST ? "listen_port=7\nerrno=0\n\n" : "errno=0\n\n"),
        );
      },
    );
    expect(await device.dump()).toEqual({ publicKey: undefined, listenPort: 7, peerByKey: new Map() });
    await device.apply([removal]);
    await device.apply([]);
    expect(asked).toEqual([
      ["hw0", GET_REQUEST],
      ["hw0", encodePeers([removal])],
    ]);
    expect(lines).toEqual([]);
  });

  test("where nobody answers at a socket, wg is asked once, and its complaint is the error", async () => {
    const { device, lines } = kernelHost((line) =>
      line.startsWith("wg") ? bad("Unable to access interface: No such device") : undefined,
    );
    const error = { code: "interface.failed", message: expect.stringMatching("No such device$") as string };
    await expect(device.dump()).rejects.toMatchObject(error);
    await expect(device.apply([removal])).rejects.toMatchObject(error);
    expect(lines).toEqual(["wg show hw0 dump", `wg set hw0 peer ${key.publicKey} remove`]);
  });

  test.each([
    ["errno=-22\n\n", "interface.failed", "EINVAL"],
    ["errno=98\n\n", "port.taken", "another program"],
    ["errno=-1\n\n", "rights.missing", "EPERM"],
    ["errno=-4711\n\n", "interface.failed", "errno -4711"],
    ["errno=0\n", "interface.failed", "no-status"],
    [undefined, "interface.failed", "in time"],
  ])("what wireguard-go answers with %j is an error and not tried again by wg", async (text, code, words) => {
    const answer = text === undefined ? refused("wireguard-go did not answer in time") : decoded(text);
    const { device, lines } = kernelHost(
      () => undefined,
      () => Promise.resolve(answer),
    );
    const error = { code, message: expect.stringContaining(words) as string };
    await expect(device.dump()).rejects.toMatchObject(error);
    await expect(device.apply([removal])).rejects.toMatchObject(error);
    expect(lines).toEqual([]);
  });

  test("an answer that makes no sense is an error without the key in it", async () => {
    const hex = Buffer.from(key.privateKey, "base64").toString("hex");
    const { device } = kernelHost(
      () => undefined,
      () => Promise.resolve(decoded(`private_key=${hex}0\nerrno=0\n\n`)),
    );
    const error: unknown = await device.dump().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "interface.failed" });
    expect(inspect(error)).not.toContain(hex);
  });

  test("the counter of sent packets keeps all 64 bits", async () => {
    const { device } = kernelHost();
    const counter = 18_446_744_073_709_551_615n;
    expect(await device.readSentPackets()).toBe(counter);
  });
});

test("nftUsable says what is missing", async () => {
  const missing: CommandRunner = () =>
    Promise.reject(new AgentError("command.failed", "nft could not run: ENOENT"));
  expect(await nftUsable(missing)).toBe("nft could not run: ENOENT");
  expect(await nftUsable(() => Promise.resolve(bad("Error: Operation not supported")))).toBe(
    "Error: Operation not supported",
  );
  expect(await nftUsable(() => Promise.resolve(fine))).toBeUndefined();
});
