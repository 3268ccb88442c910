import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memberIdOf, networkIdOf, type MemberId } from "../../protocol/ids.ts";
import { privateKeyOf, rawPublicKey } from "../../protocol/keys.ts";
import { natFromWire } from "../../protocol/nat-behaviour.ts";
import {
  MAX_KNOCK_PORTS,
  MAX_MESSAGE_CANDIDATES,
  MAX_RELAY_RTTS,
  MAX_SEALED_BYTES,
  openMessage,
  sealMessage,
  type MessageCandidate,
  type MessageContent,
  type OpenOptions,
  type RelayRtt,
  type SealOptions,
} from "../../protocol/message.ts";

const NETWORK = networkIdOf(new Uint8Array(32).fill(9));
const signKey = privateKeyOf("ed25519", new Uint8Array(32).fill(1));
const otherSignKey = privateKeyOf("ed25519", new Uint8Array(32).fill(2));
const exchangeKey = privateKeyOf("x25519", new Uint8Array(32).fill(3));
const otherExchangeKey = privateKeyOf("x25519", new Uint8Array(32).fill(4));
const SENDER = memberIdOf(rawPublicKey(signKey));
const RECEIVER = memberIdOf(rawPublicKey(otherSignKey));

const CONTENT: MessageContent = {
  kind: "candidates",
  candidates: [
    { kind: "host", endpoint: { address: "192.0.2.1", port: 51820 } },
    { kind: "server-reflexive", endpoint: { address: "2001:db8::1", port: 40000 } },
  ],
  answerWanted: true,
  round: 0,
  nat: {},
  relayRtts: [],
};

const SEAL: SealOptions = {
  network: NETWORK,
  from: SENDER,
  to: RECEIVER,
  sequence: 1_800_000_000_000,
  signKey,
  receiverExchangeKey: rawPublicKey(exchangeKey),
  ephemeralSeed: new Uint8Array(32).fill(5),
};

const OPEN: OpenOptions = {
  network: NETWORK,
  self: RECEIVER,
  exchangeKey,
  senderOf: (id) => (id === SENDER ? { identityKey: rawPublicKey(signKey) } : undefined),
};

function sealed(content: MessageContent = CONTENT, change: Partial<SealOptions> = {}): Uint8Array {
  const result = sealMessage(content, { ...SEAL, ...change });
  if (!result.ok) throw new Error(result.reason);
  return result.value;
}

function refusalOf(bytes: Uint8Array, change: Partial<OpenOptions> = {}): string {
  const result = openMessage(bytes, { ...OPEN, ...change });
  return result.ok ? "opened" : result.reason;
}

describe("messages that others carry", () => {
  it("are opened by the receiver, and tell who sent what", () => {
    expect(openMessage(sealed(), OPEN)).toEqual({
      ok: true,
      value: { from: SENDER, sequence: 1_800_000_000_000, content: CONTENT },
    });
  });

  //
  it("tell what is in front of the sender; words and families of a later version are not known", () => {
    const nat = {
      ipv4: {
        mapping: "address-and-port-dependent",
        filtering: "address-dependent",
        ports: "sequential",
        portStep: -2,
        hairpin: "no",
      },
      ipv6: { mapping: "open", filtering: "unknown", ports: "preserving", portStep: 0, hairpin: "unknown" },
    } as const;
    expect(openMessage(sealed({ ...CONTENT, nat }), OPEN)).toMatchObject({
      ok: true,
      value: { content: { nat } },
    });
    expect(
      natFromWire([
        { family: "ipv4", mapping: "by-moonlight", filtering: "endpoint-independent" },
        { family: "ipv9", mapping: "open" },
      ]),
    ).toEqual({
      ipv4: {
        mapping: "unknown",
        filtering: "endpoint-independent",
        ports: "unknown",
        portStep: 0,
        hairpin: "unknown",
      },
    });
    expect(refusalOf(sealed({ ...CONTENT, nat: { ipv4: { ...nat.ipv4, portStep: 65_536 } } }))).toBe(
      "message-nat-step",
    );
  });

  //
  it("tell which question they answer", () => {
    for (const round of [1, 0xffff_ffff]) {
      const content = { ...CONTENT, answerWanted: false, round };
      expect(openMessage(sealed(content), OPEN)).toMatchObject({ ok: true, value: { content } });
    }
  });

  //
  it("tell how far the sender is from volunteers, in whole milliseconds, of up to 16 of them", () => {
    const rtt = (rttMs: number): RelayRtt => ({ relay: RECEIVER, rttMs });
    expect(openMessage(sealed({ ...CONTENT, relayRtts: [rtt(0.4), rtt(10_000)] }), OPEN)).toMatchObject({
      ok: true,
      value: { content: { relayRtts: [rtt(0), rtt(10_000)] } },
    });
    expect(refusalOf(sealed({ ...CONTENT, relayRtts: [rtt(10_001)] }))).toBe("message-relay-rtt");
    const full = Array.from({ length: MAX_RELAY_RTTS }, () => rtt(1));
    expect(refusalOf(sealed({ ...CONTENT, relayRtts: full }))).toBe("opened");
    expect(sealMessage({ ...CONTENT, relayRtts: [...full, rtt(1)] }, SEAL)).toEqual({
      ok: false,
      reason: "message-relay-rtts",
    });
  });

  //
  it("keep the bytes of wire version 1", () => {
    const golden = Buffer.from(
      [
        "0a2050a61409b1ddd0325e9b16b700e719e9772c07000b1bd7786e907c653d20495d12d80122110828281494eba0aa97",
        "dd5356cd1832e959ca764763d6151307c1978b036387ac777f2500f5554c88913edba2c9879f155c3ff51f940fbfd552",
        "733a48bf4236cb2cd193b3fd0ef54f5b0ba457c367a98834a424ac95951b40041e480b8537bfdf7b0a3d46b45dcbcaaa",
        "2f1db14b3e69fb59a4388a61840d6a0807f93fb21f5630831c1777358d09f6d4d745100d294ceed44d74e429566795de",
        "ebb1601df59731339eaf6084965cac1a735c5c1a4336344507488ff29d2036b60babc74572e423dda539c3c7d24bdf56",
        "0b0646c2fd34b582b1b46a23fa",
      ].join(""),
      "hex",
    );
    expect(Buffer.from(sealed())).toEqual(golden);
    expect(refusalOf(golden)).toBe("opened");
  });

  //
  it("ask to knock at ports, also at none that is known", () => {
    const ports = Array.from({ length: MAX_KNOCK_PORTS }, (_, i) => 65_535 - i);
    for (const content of [{ kind: "knock", ports: [] } as const, { kind: "knock", ports } as const])
      expect(openMessage(sealed(content), OPEN)).toMatchObject({ ok: true, value: { content } });
  });

  it("ask to knock at so many ports and no more, and at none that is none", () => {
    const ports = Array<number>(MAX_KNOCK_PORTS + 1).fill(1);
    expect(sealMessage({ kind: "knock", ports }, SEAL)).toEqual({ ok: false, reason: "message-ports" });
    expect(refusalOf(sealed({ kind: "knock", ports: [0] }))).toBe("message-ports");
  });

  it("show a carrier neither sender nor endpoints", () => {
    const text = Buffer.from(sealed()).toString("latin1");
    for (const secret of ["192.0.2.1", "2001:db8::1", Buffer.from(SENDER, "hex").toString("latin1")])
      expect(text).not.toContain(secret);
  });

  it("share no key between two messages with different seeds", () => {
    const other = sealed(CONTENT, { ephemeralSeed: new Uint8Array(32).fill(6) });
    expect(Buffer.from(other.subarray(2, 34)).equals(Buffer.from(sealed().subarray(2, 34)))).toBe(false);
  });

  it("fit with every candidate, and take no more", () => {
    const candidate: MessageCandidate = {
      kind: "server-reflexive",
      endpoint: { address: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", port: 65535 },
    };
    const full = { ...CONTENT, candidates: Array<MessageCandidate>(MAX_MESSAGE_CANDIDATES).fill(candidate) };
    expect(sealed(full).length).toBeLessThan(MAX_SEALED_BYTES / 2);
    expect(refusalOf(sealed(full))).toBe("opened");
    const over = { ...full, candidates: [...full.candidates, candidate] };
    expect(sealMessage(over, SEAL)).toEqual({ ok: false, reason: "message-candidates" });
  });

  it("are not sealed to a key of low order, whose secret everybody knows", () => {
    const result = sealMessage(CONTENT, { ...SEAL, receiverExchangeKey: new Uint8Array(32) });
    expect(result).toEqual({ ok: false, reason: "message-receiver-key" });
  });

  it("pass over candidates of a kind that only later versions know", () => {
    const relayed = { kind: "relayed" as "host", endpoint: { address: "192.0.2.9", port: 1 } };
    const message = openMessage(sealed({ ...CONTENT, candidates: [relayed, ...CONTENT.candidates] }), OPEN);
    expect(message).toMatchObject({ ok: true, value: { content: CONTENT } });
  });
});

describe("a message is refused", () => {
  it("by whom it is not sealed to", () => {
    expect(refusalOf(sealed(), { exchangeKey: otherExchangeKey })).toBe("message-not-for-us");
  });

  it("when passed on by its receiver as meant for another", () => {
    const passedOn = sealed(CONTENT, { to: "0".repeat(32) as MemberId });
    expect(refusalOf(passedOn)).toBe("message-other-receiver");
  });

  it("from another network", () => {
    const network = networkIdOf(new Uint8Array(32).fill(8));
    expect(refusalOf(sealed(CONTENT, { network }))).toBe("message-other-network");
  });

  it("from who is no member, or no longer", () => {
    expect(refusalOf(sealed(), { senderOf: () => undefined })).toBe("message-unknown-sender");
  });

  it("in another member's name", () => {
    expect(refusalOf(sealed(CONTENT, { signKey: otherSignKey }))).toBe("message-signature");
  });

  it.each(["127.0.0.1", "169.254.169.254", "::1", "fe80::1", "224.0.0.1"])(
    "with %s as a candidate: a member must not aim our packets at our own host",
    (address) => {
      const candidates = [{ kind: "host" as const, endpoint: { address, port: 80 } }];
      expect(refusalOf(sealed({ ...CONTENT, candidates }))).toBe("message-candidate");
    },
  );

  it("beyond the longest, before anything is computed", () => {
    expect(refusalOf(new Uint8Array(MAX_SEALED_BYTES + 1))).toBe("message-too-long");
  });

  //
  it("with any byte changed, by name and without an exception", () => {
    const bytes = sealed();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = new Uint8Array(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(refusalOf(changed)).toMatch(/^message-/);
      }),
      { numRuns: 500 },
    );
  });

  //
  it("whatever the bytes, without an exception", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refusalOf(bytes)).toMatch(/^message-/);
      }),
      { numRuns: 1000 },
    );
  });
});
