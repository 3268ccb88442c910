import { describe, expect, it } from "vitest";
import { PacketTally } from "../../agent/control/packet-tally.ts";

describe("the tally of own packets", () => {
  it.each([
    ["nothing", 0, 0, 0],
    ["a ping and the acknowledgement of its answer", 30, 30, 2],
    ["a write of three segments", 3_000, 0, 3],
    ["the acknowledgements of ten segments that came at once", 0, 12_200, 5],
  ])("counts %s", (_, written, read, packets) => {
    const tally = new PacketTally();
    tally.wrote(written);
    tally.read(read);
    expect(tally.packets).toBe(packets);
  });

  it("counts what it takes to open and end a connection", () => {
    const tally = new PacketTally();
    tally.opened();
    expect(tally.packets).toBe(4);
  });
});
