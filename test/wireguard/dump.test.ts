import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wallMs } from "../../protocol/time.ts";
import { systemRandom } from "../../agent/random.ts";
import { parseDump, parseDumpAll } from "../../agent/wireguard/dump.ts";
import { generateKeyPair } from "../../agent/wireguard/keys.ts";

const own = generateKeyPair(systemRandom);
const peer = generateKeyPair(systemRandom);
const silent = generateKeyPair(systemRandom);
const presharedKey = generateKeyPair(systemRandom).privateKey;

const head = `${own.privateKey}\t${own.publicKey}\t51820\toff`;
const busy = `${peer.publicKey}\t${presharedKey}\t[2001:db8::1]:51821\t100.64.0.2/32,fd00::2/128\t1700000000\t18446744073709551615\t92\t25`;
const idle = `${silent.publicKey}\t(none)\t(none)\t(none)\t0\t0\t0\toff`;

const parsedInterface = {
  publicKey: own.publicKey,
  listenPort: 51_820,
  peerByKey: new Map([
    [
      peer.publicKey,
      {
        publicKey: peer.publicKey,
        endpoint: { address: "2001:db8::1", port: 51_821 },
        allowedIps: ["100.64.0.2/32", "fd00::2/128"],
        latestHandshakeAt: wallMs(1_700_000_000_000),
        rxBytes: 18_446_744_073_709_551_615n,
        txBytes: 92n,
        keepaliveSec: 25,
      },
    ],
    [
      silent.publicKey,
      {
        publicKey: silent.publicKey,
        endpoint: undefined,
        allowedIps: [],
        latestHandshakeAt: undefined,
        rxBytes: 0n,
        txBytes: 0n,
        keepaliveSec: undefined,
      },
    ],
  ]),
};

describe("parseDump", () => {
  test("reads interface and peers; (none), off and 0 become undefined", () => {
    expect(parseDump(`${head}\n${busy}\n${idle}\n`)).toEqual({ ok: true, value: parsedInterface });
  });

  test("an interface without a key has no public key", () => {
    const parsed = parseDump("(none)\t(none)\t0\toff\n");
    expect(parsed).toEqual({
      ok: true,
      value: { publicKey: undefined, listenPort: 0, peerByKey: new Map() },
    });
  });

  test("a link-local endpoint with a zone counts as none", () => {
    const parsed = parseDump(`${head}\n${busy.replace("[2001:db8::1]", "[fe80::1%eth0]")}\n`);
    expect(parsed.ok && parsed.value.peerByKey.get(peer.publicKey)?.endpoint).toBeUndefined();
    expect(parsed.ok).toBe(true);
  });

  test.each([
    ["", "empty"],
    ["a\tb", "interface-columns"],
    [head.replace(own.publicKey, "x"), "interface-key"],
    [head.replace("51820", "65536"), "listen-port"],
    [`${head}\n${idle}\tmore`, "peer-columns"],
    [`${head}\n${idle.replace(silent.publicKey, "x")}`, "peer-key"],
    [`${head}\n${busy.replace("51821", "0")}`, "peer-endpoint"],
    [`${head}\n${busy.replace("fd00::2/128", "evil")}`, "peer-allowed-ips"],
    [`${head}\n${busy.replace("1700000000", "-1")}`, "peer-handshake"],
    [`${head}\n${busy.replace("18446744073709551615", "18446744073709551616")}`, "peer-bytes"],
    [`${head}\n${busy.replace(/25$/, "on")}`, "peer-keepalive"],
  ])("refuses %j by name: %s", (stdout, reason) => {
    expect(parseDump(stdout)).toEqual({ ok: false, reason });
  });

  //
  test("no private or preshared key survives, wherever garbage cuts the dump", () => {
    const text = `${head}\n${busy}\n${idle}\n`;
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 5 }), (at, length, junk) => {
        const parsed = parseDump(text.slice(0, at) + junk + text.slice(at + length));
        const shown = JSON.stringify(
          parsed.ok ? [parsed.value.publicKey, ...parsed.value.peerByKey.keys()] : parsed,
        );
        for (const secret of [own.privateKey, presharedKey]) expect(shown).not.toContain(secret);
      }),
    );
    const parsed = parseDump(text);
    const shown = JSON.stringify(
      parsed.ok ? [...parsed.value.peerByKey.values()] : [],
      (_, value: unknown) => (typeof value === "bigint" ? String(value) : value),
    );
    for (const secret of [own.privateKey, presharedKey]) expect(shown).not.toContain(secret);
  });

  test("is total: any text gives a value or a reason", () => {
    const cell = fc.oneof(
      fc.string(),
      fc.constantFrom(
        "(none)",
        "off",
        "0",
        "51820",
        own.publicKey,
        "1.2.3.4:5",
        "10.0.0.0/8",
        "18446744073709551616",
      ),
    );
    const rows = fc.array(
      fc.array(cell, { maxLength: 10 }).map((cells) => cells.join("\t")),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          rows.map((lines) => lines.join("\n")),
        ),
        (text) => {
          expect(typeof parseDump(text).ok).toBe("boolean");
          expect(typeof parseDumpAll(text).ok).toBe("boolean");
        },
      ),
    );
  });
});

describe("parseDumpAll", () => {
  test("gives every interface by name", () => {
    const lines = [`hw0\t${head}`, `hw0\t${busy}`, `hw0\t${idle}`, "hw1\t(none)\t(none)\t7\toff"];
    const parsed = parseDumpAll(`${lines.join("\n")}\n`);
    expect(parsed.ok && parsed.value.get("hw0")).toEqual(parsedInterface);
    expect(parsed.ok && parsed.value.get("hw1")?.listenPort).toBe(7);
  });

  test("without interfaces it is empty, not an error", () => {
    expect(parseDumpAll("")).toEqual({ ok: true, value: new Map() });
  });
});
