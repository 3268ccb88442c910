import { describe, expect, it } from "vitest";
import { silentLogger } from "../../agent/log.ts";
import { ANNOUNCEMENT_LIFETIME_MS } from "../../agent/registry/authority.ts";
import { announcementsDue, Publisher, type OwnAnnouncements } from "../../agent/registry/publisher.ts";
import { Registry } from "../../agent/registry/registry.ts";
import { RecordStore } from "../../agent/registry/store.ts";
import { wallMs } from "../../protocol/time.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { MemoryFile } from "./memory-file.ts";
import {
  adminCertificateOf,
  announced,
  applyAll,
  ENDPOINTS,
  FOUNDER,
  NETWORK_KEY,
  networkRecord,
  NOW,
  RELAY,
} from "./network.ts";

const both: OwnAnnouncements = { endpoints: ENDPOINTS, relay: RELAY };
const HALF_MS = ANNOUNCEMENT_LIFETIME_MS / 2;

function due(wanted: OwnAnnouncements, atMs: number = NOW, signedAtMs: number = NOW): readonly string[] {
  const store = new RecordStore(NETWORK_KEY);
  const head = { issuedAt: signedAtMs, sequence: signedAtMs };
  const own = [announced(ENDPOINTS, FOUNDER, head), announced(RELAY, FOUNDER, head)];
  applyAll(store, [networkRecord(), adminCertificateOf(1), ...own], wallMs(signedAtMs));
  return announcementsDue(wanted, store, FOUNDER.identityKey, wallMs(atMs)).map(({ kind }) => kind);
}

describe("an announcement is due", () => {
  it("at half of its life, and not a millisecond before", () => {
    expect([due(both, NOW + HALF_MS - 1), due(both, NOW + HALF_MS)]).toEqual([[], ["endpoints", "relay"]]);
  });

  it("when it changed", () => {
    const publicEndpoints = [{ address: "192.0.2.7", port: 51820 }];
    expect(due({ ...both, endpoints: { ...ENDPOINTS, publicEndpoints } })).toEqual(["endpoints"]);
    expect(due({ ...both, relay: { ...RELAY, draining: true } })).toEqual(["relay"]);
  });

  it("for a load that changed by a tenth, not by less", () => {
    expect(due({ ...both, relay: { ...RELAY, load: 0.54 } })).toEqual([]);
    expect(due({ ...both, relay: { ...RELAY, load: 0.6 } })).toEqual(["relay"]);
  });

  it("when the one before was signed while the clock was ahead", () => {
    expect(due(both, NOW, NOW + 2 * HALF_MS)).toEqual(["endpoints", "relay"]);
  });
});

describe("the publisher", () => {
  it("announces, withdraws once, and never gives a sequence number twice", async () => {
    const clock = new FakeClock();
    const { registry } = await Registry.open({
      networkKey: NETWORK_KEY,
      ownId: FOUNDER.id,
      file: new MemoryFile(),
      copy: new MemoryFile(),
      clock,
      log: silentLogger,
    });
    await registry.publish([networkRecord().bytes, adminCertificateOf(1).bytes]);
    const reserved: number[] = [];
    let next: number = clock.wallNow();
    const publisher = new Publisher({
      registry,
      identityKey: FOUNDER.sign,
      clock,
      reserveSequences: (count) => {
        reserved.push(count);
        next += count;
        return Promise.resolve(next - count);
      },
    });
    await Promise.all([publisher.announce(both), publisher.announce(both)]);
    expect(registry.roster.relays.get(FOUNDER.id)?.record.content).toEqual(RELAY);
    await publisher.announce({ ...both, relay: undefined });
    await publisher.refresh();
    expect(registry.roster.relays.size).toBe(0);
    await clock.advance(HALF_MS);
    await publisher.refresh();
    expect(reserved).toEqual([2, 1, 1]);
    const sequences = registry.store.records().map(({ sequence }) => sequence);
    expect(new Set(sequences.slice(2)).size).toBe(2);
  });
});
