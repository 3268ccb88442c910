import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemRandom } from "../../agent/random.ts";
import { parseDump } from "../../agent/wireguard/dump.ts";
import { generateKeyPair } from "../../agent/wireguard/keys.ts";
import { peerArguments, type PeerChange } from "../../agent/wireguard/peer-change.ts";
import { decodeInterface, decodeStatus, encodePeers } from "../../agent/wireguard/uapi.ts";

const own = generateKeyPair(systemRandom);
const peer = generateKeyPair(systemRandom);
const silent = generateKeyPair(systemRandom);
const presharedKey = generateKeyPair(systemRandom).privateKey;

const hex = (key: string): string => Buffer.from(key, "base64").toString("hex");
const [ownHex, peerHex, silentHex] = [own.privateKey, peer.publicKey, silent.publicKey].map(hex);

const busy = `public_key=${peerHex}
preshared_key=${hex(presharedKey)}
protocol_version=1
endpoint=[2001:db8::1]:51821
last_handshake_time_sec=1700000000
last_handshake_time_nsec=5
tx_bytes=92
rx_bytes=18446744073709551615
persistent_keepalive_interval=25
allowed_ip=100.64.0.2/32
allowed_ip=fd00::2/128
`;
const idle = `public_key=${silentHex}
preshared_key=${"0".repeat(64)}
protocol_version=1
last_handshake_time_sec=0
last_handshake_time_nsec=0
tx_bytes=0
rx_bytes=0
persistent_keepalive_interval=0
`;
const end = "errno=0\n\n";
const answer = `private_key=${ownHex}\nlisten_port=51820\nfwmark=7\n${busy}${idle}${end}`;

const endpoint = { address: "2001:db8::1", port: 51_820 };
const allowedIps = ["100.64.0.2/32", "fd00::2/128"];

const { publicKey } = peer;

/** The lines of a request, without its first and last. */
const lines = (...changes: PeerChange[]): string[] => encodePeers(changes).split("\n").slice(1, -2);

describe("encodePeers", () => {
  test("a change is the lines that wg sends for it, in its order", () => {
    expect(encodePeers([{ publicKey, endpoint, allowedIps, keepaliveSec: 25 }])).toBe(
      [
        "set=1",
        `public_key=${peerHex}`,
        "endpoint=[2001:db8::1]:51820",
        "persistent_keepalive_interval=25",
        "replace_allowed_ips=true",
        "allowed_ip=100.64.0.2/32",
        "allowed_ip=fd00::2/128",
        "\n",
      ].join("\n"),
    );
  });

  test("what a change leaves out is not touched", () => {
    expect(lines({ publicKey })).toEqual([`public_key=${peerHex}`]);
    expect(lines({ publicKey, allowedIps: [] })).toEqual([
      `public_key=${peerHex}`,
      "replace_allowed_ips=true",
    ]);
  });

  test("a kick turns the keepalive off and on, after the endpoint is set", () => {
    const v4 = { address: "192.0.2.1", port: 5 };
    expect(lines({ publicKey, endpoint: v4, keepaliveSec: 25, kick: true })).toEqual([
      `public_key=${peerHex}`,
      "endpoint=192.0.2.1:5",
      "persistent_keepalive_interval=0",
      `public_key=${peerHex}`,
      "persistent_keepalive_interval=25",
    ]);
  });

  test("a reset removes the peer and adds it again; its new keepalive is kick enough", () => {
    expect(lines({ publicKey, allowedIps, keepaliveSec: 25, reset: true, kick: true })).toEqual([
      `public_key=${peerHex}`,
      "remove=true",
      `public_key=${peerHex}`,
      "persistent_keepalive_interval=25",
      "replace_allowed_ips=true",
      "allowed_ip=100.64.0.2/32",
      "allowed_ip=fd00::2/128",
    ]);
  });

  test.each<[string, PeerChange]>([
    ["no key", { publicKey: "A" }],
    ["a line after the key", { publicKey: `${publicKey}\nremove=true` }],
    ["a name", { publicKey, endpoint: { address: "example.org", port: 5 } }],
    ["a line after the address", { publicKey, endpoint: { address: "::1]:5\nremove=true\n[::1", port: 5 } }],
    ["port 0", { publicKey, endpoint: { address: "192.0.2.1", port: 0 } }],
    ["an address without a length", { publicKey, allowedIps: ["10.0.0.1"] }],
    ["a length of the other family", { publicKey, allowedIps: ["10.0.0.1/33"] }],
    ["a line after the prefix", { publicKey, allowedIps: ["10.0.0.1/32\nremove=true"] }],
    ["a negative interval", { publicKey, keepaliveSec: -1 }],
    ["an interval above 16 bits", { publicKey, keepaliveSec: 65_536 }],
  ])("%s is refused before anything is sent", (_, change) => {
    expect(() => encodePeers([{ publicKey: silent.publicKey, remove: true }, change])).toThrow(RangeError);
  });

  test("any changes say to wireguard-go what they say to wg", () => {
    fc.assert(
      fc.property(fc.array(anyChange, { maxLength: 5 }), (changes) => {
        expect(readRequest(encodePeers(changes))).toEqual(readArguments(peerArguments("hw0", changes)));
      }),
    );
  });
});

describe("decodeInterface", () => {
  test("gives what parseDump gives for the same interface", () => {
    const dump = [
      `${own.privateKey}\t${own.publicKey}\t51820\t0x7`,
      `${publicKey}\t${presharedKey}\t[2001:db8::1]:51821\t100.64.0.2/32,fd00::2/128\t1700000000\t18446744073709551615\t92\t25`,
      `${silent.publicKey}\t(none)\t(none)\t(none)\t0\t0\t0\toff`,
    ];
    const parsed = parseDump(dump.join("\n"));
    expect(parsed.ok).toBe(true);
    expect(decodeInterface(answer)).toEqual(parsed);
  });

  test("an interface without a key has no public key, and without a socket port 0", () => {
    const value = { publicKey: undefined, listenPort: 0, peerByKey: new Map() };
    expect(decodeInterface(end)).toEqual({ ok: true, value });
  });

  test("a link-local endpoint with a zone counts as none", () => {
    const decoded = decodeInterface(answer.replace("[2001:db8::1]", "[fe80::1%eth0]"));
    expect(decoded.ok && decoded.value.peerByKey.get(publicKey)).toMatchObject({ endpoint: undefined });
  });

  test("lines that later versions may add are passed over", () => {
    expect(decodeInterface(answer.replaceAll("fwmark", "advanced_security"))).toEqual(
      decodeInterface(answer),
    );
  });

  test.each([
    ["", "no-status"],
    [answer.slice(0, -1), "no-status"],
    [answer.slice(0, answer.indexOf("tx_bytes")), "no-status"],
    [answer.replace(end, "errno=-5\n\n"), "errno"],
    [answer.replace("fwmark=7", "fwmark"), "line"],
    [answer.replace("fwmark=7", ""), "line"],
    [answer.replace("private_key=", "private_key=0"), "interface-key"],
    [answer.replace("51820", "65536"), "listen-port"],
    [answer.replace(`${peerHex}`, "x"), "peer-key"],
    [answer.replace("51821", "0"), "peer-endpoint"],
    [answer.replace("fd00::2/128", "evil"), "peer-allowed-ips"],
    [answer.replace("1700000000", "-1"), "peer-handshake"],
    [answer.replace("18446744073709551615", "18446744073709551616"), "peer-bytes"],
    [answer.replace("interval=25", "interval=off"), "peer-keepalive"],
  ])("refuses %j by name: %s", (text, reason) => {
    expect(decodeInterface(text)).toEqual({ ok: false, reason });
  });

  //
  test("is total, and no private or preshared key survives, wherever garbage cuts the answer", () => {
    const secrets = [own.privateKey, presharedKey].flatMap((key) => [key, hex(key)]);
    const junk = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom("\n", "public_key=", end));
    fc.assert(
      fc.property(fc.nat(answer.length), fc.nat(40), junk, (at, length, text) => {
        const decoded = decodeInterface(answer.slice(0, at) + text + answer.slice(at + length));
        const shown = decoded.ok ? [decoded.value.publicKey, ...decoded.value.peerByKey.values()] : decoded;
        const json = JSON.stringify(shown, (_, value: unknown) =>
          typeof value === "bigint" ? String(value) : value,
        );
        for (const secret of secrets) expect(json).not.toContain(secret);
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (text, isWhole) => {
        expect(typeof decodeInterface(isWhole ? `${text}\n${end}` : text).ok).toBe("boolean");
        expect(typeof decodeStatus(text).ok).toBe("boolean");
      }),
    );
  });
});

const anyKey = fc.constantFrom(own, peer, silent).map((pair) => pair.publicKey);
const anyEndpoint = fc.record({
  address: fc.oneof(fc.ipV4(), fc.constantFrom("2001:db8::1", "fd00:1:2::", "::ffff:c000:201")),
  port: fc.integer({ min: 1, max: 65_535 }),
});
const anyPrefixes = fc.array(fc.constantFrom("10.0.0.0/8", "100.64.0.2/32", "fd00::2/128", "::/0"), {
  minLength: 1,
  maxLength: 3,
});
const anyInterval = fc.integer({ min: 0, max: 65_535 });
const anyChange: fc.Arbitrary<PeerChange> = fc.oneof(
  fc.record({ publicKey: anyKey, remove: fc.constant(true as const) }),
  fc.record(
    { publicKey: anyKey, endpoint: anyEndpoint, allowedIps: anyPrefixes, keepaliveSec: anyInterval },
    { requiredKeys: ["publicKey"] },
  ),
  fc.record(
    {
      publicKey: anyKey,
      endpoint: anyEndpoint,
      allowedIps: anyPrefixes,
      keepaliveSec: anyInterval,
      kick: fc.constant(true as const),
    },
    { requiredKeys: ["publicKey", "keepaliveSec", "kick"] },
  ),
  fc.record(
    {
      publicKey: anyKey,
      endpoint: anyEndpoint,
      allowedIps: anyPrefixes,
      keepaliveSec: anyInterval,
      reset: fc.constant(true as const),
    },
    { requiredKeys: ["publicKey", "allowedIps", "reset"] },
  ),
  fc.record({
    publicKey: anyKey,
    allowedIps: anyPrefixes,
    keepaliveSec: anyInterval,
    reset: fc.constant(true as const),
    kick: fc.constant(true as const),
  }),
);

/** What is said of a peer where it is named, in the words of `wg`. */
type Section = Record<string, string>;

function readRequest(request: string): Section[] {
  const sections: Section[] = [];
  const [first, ...rest] = request.split("\n");
  expect([first, ...rest.slice(-2)]).toEqual(["set=1", "", ""]);
  for (const line of rest.slice(0, -2)) {
    const [, key = "", value = ""] = /^([a-z_]+)=(.+)$/.exec(line) ?? [];
    const section: Section = sections.at(-1) ?? {};
    if (key === "public_key") sections.push({ peer: Buffer.from(value, "hex").toString("base64") });
    else if (key === "remove") section["remove"] = value;
    else if (key === "endpoint") section["endpoint"] = value;
    else if (key === "persistent_keepalive_interval") section["persistent-keepalive"] = value;
    else if (key === "replace_allowed_ips") section["allowed-ips"] = "";
    else if (key === "allowed_ip")
      section["allowed-ips"] = [section["allowed-ips"], value].filter(Boolean).join(",");
    else throw new Error(line);
  }
  return sections;
}

function readArguments(commands: readonly (readonly string[])[]): Section[] {
  const sections: Section[] = [];
  for (const command of commands) {
    const words = command.slice(2);
    while (words.length > 0) {
      const word = words.shift() ?? "";
      if (word === "peer") sections.push({});
      const section: Section = sections.at(-1) ?? {};
      section[word] = word === "remove" ? "true" : (words.shift() ?? "");
    }
  }
  return sections;
}
