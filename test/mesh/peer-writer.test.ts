import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { PeerWriter } from "../../agent/mesh/peer-writer.ts";
import { PIN_MS, SESSION_MS } from "../../agent/path/state.ts";
import type { WgInterface } from "../../agent/wireguard/dump.ts";
import type { SourcePin } from "../../agent/wireguard/nft.ts";
import type { PeerChange } from "../../agent/wireguard/peer-change.ts";
import { formatEndpoint } from "../../protocol/endpoint.ts";
import { wallMs } from "../../protocol/time.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { endpoint, wgInterface, wgPeer } from "./samples.ts";

const RESET: PeerChange = { publicKey: "b", reset: true, allowedIps: ["100.64.0.2/32"] };
const PIN: SourcePin = { from: endpoint(1), to: endpoint(2) };

/** What reached WireGuard and nftables, in order. */
class Sink {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  readonly batches: (readonly PeerChange[])[] = [];
  dump: WgInterface = wgInterface();
  dumps = 0;
  rxBytesBefore = 0n;
  hold: Promise<void> | undefined;
  failure: Error | undefined;
  readonly writer: PeerWriter;

  constructor({ hasPins = true } = {}) {
    this.writer = new PeerWriter({
      clock: this.clock,
      log: silentLogger,
      ports: {
        apply: async (changes) => {
          await this.hold;
          if (this.failure !== undefined) throw this.failure;
          this.log.push(`apply ${changes.map(({ publicKey }) => publicKey).join(" ")}`);
          this.batches.push(changes);
        },
        dump: () => {
          this.dumps++;
          return Promise.resolve(this.dump);
        },
        pin: hasPins
          ? (pins) => {
              this.log.push(`pins ${pins.map(({ from }) => formatEndpoint(from)).join(" ")}`.trim());
              return Promise.resolve();
            }
          : undefined,
        rxBytesBefore: () => this.rxBytesBefore,
      },
    });
  }
}

describe("writing peers", () => {
  it("makes one batch of all that was pushed before the flush", async () => {
    const sink = new Sink();
    sink.writer.push({ publicKey: "a" });
    sink.writer.push({ publicKey: "b" });
    void sink.writer.flush();
    sink.writer.push({ publicKey: "c" });
    await sink.writer.flush();
    expect(sink.log).toEqual(["apply a b c"]);
  });

  it("writes one batch after the other, in the order of pushing", async () => {
    const sink = new Sink();
    const held = Promise.withResolvers<undefined>();
    sink.hold = held.promise;
    sink.writer.push({ publicKey: "a" });
    void sink.writer.flush();
    await sink.clock.advance(0);
    sink.writer.push({ publicKey: "b" });
    const second = sink.writer.flush();
    await sink.clock.advance(0);
    expect(sink.log).toEqual([]);
    held.resolve(undefined);
    await second;
    expect(sink.log).toEqual(["apply a", "apply b"]);
  });

  it("goes on after WireGuard has refused a batch", async () => {
    const sink = new Sink();
    sink.failure = new Error("no such device");
    sink.writer.push({ publicKey: "a" });
    await sink.writer.flush();
    sink.failure = undefined;
    sink.writer.push({ publicKey: "b" });
    await sink.writer.flush();
    expect(sink.log).toEqual(["apply b"]);
  });

  it("writes nothing once it is disposed of", async () => {
    const sink = new Sink();
    sink.writer.push({ publicKey: "a" });
    sink.writer.pin(PIN);
    sink.writer[Symbol.dispose]();
    await sink.writer.flush();
    expect(sink.log).toEqual([]);
    expect(sink.clock.pending).toBe(0);
  });
});

describe("a reset", () => {
  const now = new FakeClock().wallNow();

  async function written(sink: Sink): Promise<PeerChange | undefined> {
    sink.writer.push(RESET);
    await sink.writer.flush();
    return sink.batches[0]?.[0];
  }

  it("looks at WireGuard once more, and only then", async () => {
    const sink = new Sink();
    sink.writer.push({ publicKey: "b", keepaliveSec: 25 });
    await sink.writer.flush();
    expect(sink.dumps).toBe(0);
    expect(await written(new Sink())).toEqual(RESET);
  });

  it("spares a session that began since, and only while it lives", async () => {
    const sink = new Sink();
    sink.dump = wgInterface(wgPeer("b", { latestHandshakeAt: wallMs(now - SESSION_MS + 1) }));
    expect(await written(sink)).toMatchObject({ reset: false, allowedIps: RESET.allowedIps });
    const late = new Sink();
    late.dump = wgInterface(wgPeer("b", { latestHandshakeAt: wallMs(now - SESSION_MS) }));
    expect(await written(late)).toEqual(RESET);
  });

  it("spares a peer of which something has come since the last look", async () => {
    const sink = new Sink();
    sink.rxBytesBefore = 100n;
    sink.dump = wgInterface(wgPeer("b", { rxBytes: 148n }));
    expect(await written(sink)).toMatchObject({ reset: false });
    const quiet = new Sink();
    quiet.rxBytesBefore = 148n;
    quiet.dump = wgInterface(wgPeer("b", { rxBytes: 148n }));
    expect(await written(quiet)).toEqual(RESET);
  });
});

describe("a pin", () => {
  it("is in force before the change of the same turn", async () => {
    const sink = new Sink();
    sink.writer.push({ publicKey: "b", endpoint: PIN.to });
    sink.writer.pin(PIN);
    await sink.writer.flush();
    expect(sink.log).toEqual(["pins 192.0.2.1:51820", "apply b"]);
  });

  it("ends by itself after PIN_MS", async () => {
    const sink = new Sink();
    sink.writer.pin(PIN);
    await sink.writer.flush();
    await sink.clock.advance(PIN_MS - 1);
    expect(sink.log).toEqual(["pins 192.0.2.1:51820"]);
    await sink.clock.advance(1);
    expect(sink.log).toEqual(["pins 192.0.2.1:51820", "pins"]);
    expect(sink.clock.pending).toBe(0);
  });

  it("takes the place of another from the same source, with its full time", async () => {
    const sink = new Sink();
    sink.writer.pin(PIN);
    await sink.clock.advance(PIN_MS - 1);
    sink.writer.pin({ from: PIN.from, to: endpoint(3) });
    sink.writer.pin({ from: endpoint(4), to: endpoint(3) });
    await sink.writer.flush();
    expect(sink.log).toEqual(["pins 192.0.2.1:51820 192.0.2.4:51820"]);
    await sink.clock.advance(PIN_MS - 1);
    expect(sink.log).toHaveLength(1);
    await sink.clock.advance(1);
    expect(sink.log.at(-1)).toBe("pins");
  });

  it("is left out where there is no nftables", async () => {
    const sink = new Sink({ hasPins: false });
    sink.writer.pin(PIN);
    await sink.writer.flush();
    expect(sink.clock.pending).toBe(0);
  });
});
