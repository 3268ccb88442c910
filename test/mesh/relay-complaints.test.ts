import { describe, expect, it } from "vitest";
import { KEPT_MS, MAX_COMPLAINTS, RelayComplaints } from "../../agent/mesh/relay-complaints.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { FakeClock } from "../support/fake-clock.ts";

const id = (text: string): MemberId => text.padEnd(32, "0") as MemberId;
const [relay, other, peer] = [id("a"), id("b"), id("c")];

//
describe("what a volunteer refuses", () => {
  it("is kept where an operator can do something about it, and forgotten where it is a matter of moments", () => {
    const complaints = new RelayComplaints(new FakeClock());
    complaints.refused(peer, relay, "relay.off-schedule");
    complaints.refused(peer, other, "relay.peer-absent");
    expect(complaints.list()).toEqual([{ peer, relay, reason: "off-schedule" }]);
    complaints.refused(peer, relay, "relay.peer-absent");
    expect(complaints.list()).toEqual([]);
  });

  it("is the same whether an allocation ends by it or is refused for it", () => {
    const complaints = new RelayComplaints(new FakeClock());
    complaints.refused(peer, relay, "quota");
    complaints.refused(peer, other, "monthly-quota");
    expect(complaints.list().map(({ reason }) => reason)).toEqual(["quota-used", "monthly-quota"]);
  });

  it("is over once any volunteer relays to the peer", () => {
    const complaints = new RelayComplaints(new FakeClock());
    for (const to of [peer, id("d")]) complaints.refused(to, relay, "relay.not-allowed");
    complaints.granted(peer);
    expect(complaints.list()).toEqual([{ peer: id("d"), relay, reason: "not-allowed" }]);
  });

  it("is forgotten ten minutes after it was refused last", async () => {
    const clock = new FakeClock();
    const complaints = new RelayComplaints(clock);
    complaints.refused(peer, relay, "relay.relay-full");
    await clock.advance(KEPT_MS - 1);
    expect(complaints.list()).toHaveLength(1);
    await clock.advance(1);
    expect(complaints.list()).toEqual([]);
  });

  it("is bounded, the oldest going first", () => {
    const complaints = new RelayComplaints(new FakeClock());
    const peers = Array.from({ length: MAX_COMPLAINTS + 2 }, (_, n) => id(`e${n}e`));
    for (const one of peers) complaints.refused(one, relay, "relay.relay-full");
    expect(complaints.list().map((complaint) => complaint.peer)).toEqual(peers.slice(2));
  });
});
