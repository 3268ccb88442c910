import { describe, expect, it } from "vitest";
import { PacketGate } from "../../../agent/registry/lan/packet-gate.ts";
import { monotonicMs } from "../../../protocol/time.ts";

const OWN = { address: "192.168.1.2", length: 24 };
const FROM = { address: "192.168.1.3", port: 5353 };
const T0 = monotonicMs(0);

/** Twelve bytes of header and a name. */
function packet(label: string, { isResponse = true, bytes = 0 } = {}): Uint8Array {
  const head = Buffer.alloc(12);
  head[2] = isResponse ? 0x84 : 0;
  const name = Buffer.from([label.length, ...Buffer.from(label), 0]);
  return Buffer.concat([head, name, Buffer.alloc(Math.max(0, bytes - 13 - name.length + 1))]);
}
const OURS = packet("_hopwire");

//
describe("of a LAN's multicast", () => {
  it("what names our service, or this host as it calls itself, is decoded, and nothing else", () => {
    const gate = new PacketGate(OWN, T0);
    gate.label = "0123456789abcdef";
    expect(gate.verdict(OURS, FROM, T0)).toBe("admitted");
    expect(gate.verdict(packet("0123456789abcdef", { isResponse: false }), FROM, T0)).toBe("admitted");
    expect(gate.verdict(packet("_http"), FROM, T0)).toBe("not-ours");
    expect(gate.verdict(new Uint8Array(), FROM, T0)).toBe("not-ours");
  });

  it("what is longer than one frame, from elsewhere than this link, or from another port is refused", () => {
    const gate = new PacketGate(OWN, T0);
    expect(gate.verdict(packet("_hopwire", { bytes: 1_472 }), FROM, T0)).toBe("admitted");
    expect(gate.verdict(packet("_hopwire", { bytes: 1_473 }), FROM, T0)).toBe("too-long");
    expect(gate.verdict(OURS, { ...FROM, address: "192.168.2.3" }, T0)).toBe("off-link");
    expect(gate.verdict(OURS, { ...FROM, port: 53_535 }, T0)).toBe("not-mdns");
  });

  it("a neighbour that answers for the name of this host is refused, and this host's own answer is not", () => {
    const gate = new PacketGate(OWN, T0);
    gate.label = "0123456789abcdef";
    const answer = packet("0123456789abcdef");
    expect(gate.verdict(answer, FROM, T0)).toBe("claims-our-name");
    expect(gate.verdict(answer, { ...FROM, address: OWN.address }, T0)).toBe("admitted");
  });

  it("one host is heard 20 times at once and then twice a second, whoever else floods", () => {
    const gate = new PacketGate(OWN, T0);
    const heard = (from: typeof FROM, now: number, count: number): number =>
      Array.from({ length: count }, () => gate.verdict(OURS, from, monotonicMs(now))).filter(
        (verdict) => verdict === "admitted",
      ).length;
    expect(heard(FROM, 0, 100)).toBe(20);
    expect(heard(FROM, 999, 100)).toBe(1);
    expect(heard({ ...FROM, address: "192.168.1.4" }, 999, 3)).toBe(3);
  });

  it("all together are heard 200 times at once and then 20 times a second", () => {
    const gate = new PacketGate(OWN, T0);
    const round = (now: number): number =>
      Array.from({ length: 250 }, (_, n) =>
        gate.verdict(OURS, { ...FROM, address: `192.168.1.${n + 3}` }, monotonicMs(now)),
      ).filter((verdict) => verdict === "admitted").length;
    expect(round(0)).toBe(200);
    expect(round(1_000)).toBe(20);
  });
});
