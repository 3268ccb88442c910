import { expect, test } from "vitest";
import { MAX_PEERS_PER_COMMAND, peerArguments } from "../../agent/wireguard/peer-change.ts";

const endpoint = { address: "2001:db8::1", port: 51_820 };
const allowedIps = ["100.64.0.2/32", "fd00::2/128"];

const args = (...changes: Parameters<typeof peerArguments>[1][number][]): string =>
  peerArguments("hw0", changes)
    .map((command) => command.join(" "))
    .join("\n");

test("all changes go into one command, in their order", () => {
  const changes = args(
    { publicKey: "A", endpoint, allowedIps, keepaliveSec: 25 },
    { publicKey: "B", remove: true },
  );
  expect(changes).toBe(
    "set hw0 peer A endpoint [2001:db8::1]:51820 allowed-ips 100.64.0.2/32,fd00::2/128 persistent-keepalive 25 peer B remove",
  );
});

test("what a change leaves out is not touched", () => {
  expect(args({ publicKey: "A" })).toBe("set hw0 peer A");
  expect(args({ publicKey: "A", keepaliveSec: 0 })).toBe("set hw0 peer A persistent-keepalive 0");
});

test("a kick turns the keepalive off and on, after the endpoint is set", () => {
  expect(args({ publicKey: "A", endpoint, keepaliveSec: 25, kick: true })).toBe(
    "set hw0 peer A endpoint [2001:db8::1]:51820 persistent-keepalive 0 peer A persistent-keepalive 25",
  );
});

test("a reset removes the peer and adds it again; its new keepalive is kick enough", () => {
  expect(args({ publicKey: "A", endpoint, allowedIps, keepaliveSec: 25, reset: true, kick: true })).toBe(
    "set hw0 peer A remove peer A endpoint [2001:db8::1]:51820 allowed-ips 100.64.0.2/32,fd00::2/128 persistent-keepalive 25",
  );
});

test("no changes are no command, and a full command is followed by another", () => {
  const changes = Array.from({ length: MAX_PEERS_PER_COMMAND + 1 }, (_, index) => ({
    publicKey: `K${index}`,
  }));
  expect(peerArguments("hw0", [])).toEqual([]);
  expect(peerArguments("hw0", changes.slice(1))).toHaveLength(1);
  expect(peerArguments("hw0", changes)).toHaveLength(2);
  expect(peerArguments("hw0", changes)[1]).toEqual(["set", "hw0", "peer", `K${MAX_PEERS_PER_COMMAND}`]);
});
