import { describe, expect, it } from "vitest";
import { isGlobal } from "../../protocol/global-address.ts";

describe("an address of this host means it from anywhere", () => {
  it.each(["192.0.2.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2001:db8::1"])(
    "if it is like %s",
    (address) => {
      expect(isGlobal(address)).toBe(true);
    },
  );

  it.each([
    "10.255.0.1", // RFC 1918
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1", // RFC 6598
    "100.127.255.255",
    "fc00::1", // RFC 4193
    "FD00::1",
  ])("but not if it is like %s", (address) => {
    expect(isGlobal(address)).toBe(false);
  });
});
