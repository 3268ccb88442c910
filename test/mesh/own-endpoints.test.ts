import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { resolveEndpoints } from "../../agent/mesh/own-endpoints.ts";

describe("own endpoints that an operator gave", () => {
  it("are taken as they are where they are addresses", async () => {
    const texts = ["192.0.2.1:51820", "[2001:DB8:0::1]:4711"];
    expect(await resolveEndpoints(texts, silentLogger)).toEqual([
      { address: "192.0.2.1", port: 51820 },
      { address: "2001:db8::1", port: 4711 },
    ]);
  });

  it("are left out where they mean nothing to others", async () => {
    expect(await resolveEndpoints(["127.0.0.1:51820", "[::1]:51820"], silentLogger)).toEqual([]);
  });

  it("that the DNS does not know are left out and logged, so that the agent starts without the DNS", async () => {
    const warned: unknown[] = [];
    const log = { ...silentLogger, warn: (fields: unknown) => warned.push(fields) };
    // RFC 6761, section 6.4: never exists.
    expect(await resolveEndpoints(["relay.invalid:51820", "192.0.2.1:1"], log)).toEqual([
      { address: "192.0.2.1", port: 1 },
    ]);
    expect(warned).toMatchObject([{ host: "relay.invalid" }]);
  });
});
