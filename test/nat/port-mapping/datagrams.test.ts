import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochGoesOn } from "../../../agent/nat/port-mapping/epoch.ts";
import {
  decodeNatPmp,
  encodeNatPmpAddressRequest,
  encodeNatPmpMap,
} from "../../../agent/nat/port-mapping/nat-pmp.ts";
import { decodePcp, encodePcpAnnounce, encodePcpMap } from "../../../agent/nat/port-mapping/pcp.ts";
import { at } from "../samples.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
const nonce = new TextEncoder().encode("nonce1234567");

//
describe("PCP", () => {
  it("asks as RFC 6887, sections 7.1 and 11.1, lay it out", () => {
    expect(hex(encodePcpAnnounce("10.1.0.2"))).toBe("0200000000000000" + "00000000000000000000ffff0a010002");
    const map = { own: "10.1.0.2", nonce, internalPort: 51_820, lifetimeSec: 600 };
    expect(hex(encodePcpMap({ ...map, suggested: { port: 51_821, address: "203.0.113.7" } }))).toBe(
      "0201000000000258" +
        "00000000000000000000ffff0a010002" +
        `${hex(nonce)}11000000ca6cca6d` +
        "00000000000000000000ffffcb007107",
    );
  });

  it("suggests neither port nor address where it leaves them to the gateway", () => {
    const map = encodePcpMap({
      own: "10.1.0.2",
      nonce,
      internalPort: 51_820,
      lifetimeSec: 0,
      suggested: undefined,
    });
    expect(hex(map.subarray(40))).toBe("ca6c0000" + "00000000000000000000ffff00000000");
  });

  it("reads what miniupnpd answers to a MAP and to an ANNOUNCE", () => {
    const mapped = `0281000000000258000000010000000000000000000000006e6f6e63653132333435363711000000
      ca6cca6c00000000000000000000ffff01020302`;
    expect(decodePcp(bytes(mapped))).toEqual({
      ok: true,
      value: {
        opcode: "map",
        result: "success",
        lifetimeSec: 600,
        epochSec: 1,
        map: { nonce, internalPort: 51_820, external: { address: "1.2.3.2", port: 51_820 } },
      },
    });
    expect(decodePcp(bytes("028000000000000000000001000000000000000000000000"))).toEqual({
      ok: true,
      value: { opcode: "announce", result: "success", lifetimeSec: 0, epochSec: 1, map: undefined },
    });
  });

  it("names errors, also those of later documents, and reads one without its request's data", () => {
    const answer = (code: string): unknown =>
      decodePcp(bytes(`0281 00${code} 0000003c 00000001 000000000000000000000000`));
    expect(answer("02")).toMatchObject({
      value: { result: "not-authorized", lifetimeSec: 60, map: undefined },
    });
    expect(answer("0c")).toMatchObject({ value: { result: "address-mismatch" } });
    expect(answer("ee")).toMatchObject({ value: { result: "unknown-error" } });
    expect(answer("00")).toEqual({ ok: false, reason: "pcp-map" });
  });

  it("refuses requests, other versions and lengths that no answer has", () => {
    const reasonOf = (text: string): unknown => decodePcp(bytes(text));
    expect(reasonOf("00".repeat(24))).toEqual({ ok: false, reason: "pcp-version" });
    expect(reasonOf("02".repeat(24))).toEqual({ ok: false, reason: "pcp-opcode" });
    expect(reasonOf("0280".padEnd(46, "0"))).toEqual({ ok: false, reason: "pcp-length" });
    expect(reasonOf("0280".padEnd(50, "0"))).toEqual({ ok: false, reason: "pcp-length" });
    expect(reasonOf("0280".padEnd(2 * 1_104, "0"))).toEqual({ ok: false, reason: "pcp-length" });
  });
});

//
describe("NAT-PMP", () => {
  it("asks as RFC 6886, sections 3.2 and 3.3, lay it out", () => {
    expect(hex(encodeNatPmpAddressRequest())).toBe("0000");
    const map = { internalPort: 51_820, externalPort: 51_821, lifetimeSec: 600 };
    expect(hex(encodeNatPmpMap(map))).toBe("00010000ca6cca6d00000258");
  });

  it("reads what miniupnpd answers", () => {
    expect(decodeNatPmp(bytes("008000000000000101020302"))).toEqual({
      ok: true,
      value: { kind: "external-address", epochSec: 1, address: "1.2.3.2" },
    });
    expect(decodeNatPmp(bytes("0081000000000001ca6cca6d00000258"))).toEqual({
      ok: true,
      value: {
        kind: "mapped",
        epochSec: 1,
        mapped: { internalPort: 51_820, externalPort: 51_821, lifetimeSec: 600 },
      },
    });
  });

  it("names failures, of any request", () => {
    expect(decodeNatPmp(bytes("0081000100000007"))).toEqual({
      ok: true,
      value: { kind: "failure", result: "unsupported-version", epochSec: 7 },
    });
    expect(decodeNatPmp(bytes("00ff004d00000007"))).toMatchObject({ value: { result: "unknown-error" } });
  });

  it("refuses requests, other versions and what is cut off", () => {
    expect(decodeNatPmp(bytes("0080000000000001010203"))).toEqual({ ok: false, reason: "nat-pmp-length" });
    expect(decodeNatPmp(bytes("0081000000000001ca6cca6d000002"))).toEqual({
      ok: false,
      reason: "nat-pmp-length",
    });
    expect(decodeNatPmp(bytes("0000000000000001"))).toEqual({ ok: false, reason: "nat-pmp-opcode" });
    expect(decodeNatPmp(bytes("0280000000000001"))).toEqual({ ok: false, reason: "nat-pmp-version" });
  });
});

//
describe("answers of a gateway", () => {
  it("are read or refused, whatever is in them", () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .tuple(fc.constantFrom(0, 2), fc.constantFrom(128, 129), fc.uint8Array({ maxLength: 78 }))
        .map(([version, opcode, rest]) => Uint8Array.of(version, opcode, ...rest)),
    );
    fc.assert(
      fc.property(anything, (received) => {
        for (const decode of [decodePcp, decodeNatPmp]) {
          expect(decode(received).ok).toBeTypeOf("boolean");
        }
      }),
    );
  });
});

//
describe("a gateway's epoch", () => {
  const after = (serverSec: number, ms: number): boolean =>
    epochGoesOn({ serverSec: 1_000, at: at(0) }, { serverSec, at: at(ms) });

  it("goes on while both clocks run alike, within a sixteenth and two seconds", () => {
    expect(after(1_032, 32_000)).toBe(true);
    expect(after(1_028, 32_000)).toBe(true);
    expect(after(1_027, 32_000)).toBe(false);
    expect(after(1_036, 32_000)).toBe(true);
    expect(after(1_037, 32_000)).toBe(false);
  });

  it("may step back by a second, and no more", () => {
    expect(after(999, 0)).toBe(true);
    expect(after(998, 0)).toBe(false);
  });
});
