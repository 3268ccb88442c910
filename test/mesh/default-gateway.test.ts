import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { defaultGateway } from "../../agent/mesh/default-gateway.ts";

const gatewayOf = (stdout: string): Promise<string | undefined> =>
  defaultGateway({
    run: (program, args) => {
      expect([program, ...args]).toEqual(["ip", "-4", "-json", "route", "show", "default"]);
      return Promise.resolve({ exitCode: 0, stdout, stderr: "" });
    },
    log: silentLogger,
    overlayInterface: "hopwire0",
  });

//
describe("the default gateway", () => {
  it("is the preferred route's, one without a metric before the others", async () => {
    const wlan = '{"dst":"default","gateway":"10.2.0.1","dev":"wlan0","metric":600,"flags":[]}';
    expect(
      await gatewayOf(`[${wlan},{"dst":"default","gateway":"10.1.0.1","dev":"eth0","metric":100}]`),
    ).toBe("10.1.0.1");
    expect(await gatewayOf(`[${wlan},{"dst":"default","gateway":"10.1.0.1","dev":"eth0"}]`)).toBe("10.1.0.1");
  });

  it("is never one in our own tunnel, nor a route without a gateway", async () => {
    expect(
      await gatewayOf(
        '[{"dst":"default","gateway":"100.64.0.1","dev":"hopwire0"},{"dst":"default","dev":"ppp0"},{"dst":"default","gateway":"fe80::1","dev":"eth0"}]',
      ),
    ).toBeUndefined();
    expect(await gatewayOf("")).toBeUndefined();
  });

  it("is none where the routes cannot be read", async () => {
    expect(await gatewayOf("no JSON")).toBeUndefined();
    const missing = defaultGateway({
      run: () => Promise.reject(new Error("no ip")),
      log: silentLogger,
      overlayInterface: "hopwire0",
    });
    expect(await missing).toBeUndefined();
  });
});
