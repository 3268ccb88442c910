import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRecord, type ReadRecord } from "../../agent/registry/record-reader.ts";
import { SlotTable } from "../../agent/registry/slot-table.ts";
import type { MemberId } from "../../protocol/ids.ts";
import { FOUNDER, NETWORK, NOW, signed } from "./network.ts";

function entry(member: number, sequence = 0): ReadRecord {
  const content = { kind: "revocation", member: member.toString(16).padStart(32, "0") as MemberId } as const;
  const read = readRecord(signed(content, FOUNDER, { sequence: NOW + sequence }).bytes, NETWORK);
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

const entries = Array.from({ length: 30 }, (_, member) => [entry(member), entry(member, 1)] as const);

function tableOf(held: Iterable<ReadRecord>): SlotTable {
  const table = new SlotTable();
  for (const one of held) table.put(one);
  return table;
}

//
describe("the hashes of a table", () => {
  it("follow from what is in it, however it came there, and are others for anything else", () => {
    const step = fc.record({
      index: fc.nat(entries.length - 1),
      kind: fc.constantFrom("old", "new", "delete"),
    });
    fc.assert(
      fc.property(fc.array(step), fc.nat(entries.length - 1), (steps, index) => {
        const table = new SlotTable();
        const held = new Map<string, ReadRecord>();
        for (const { index: at, kind } of steps) {
          const [older, newer] = entries[at] ?? [entry(0), entry(0)];
          table.rootHash(); // what was hashed before must not show
          if (kind === "delete") {
            table.delete(older.key);
            held.delete(older.key);
          } else {
            table.put(kind === "old" ? older : newer);
            held.set(older.key, kind === "old" ? older : newer);
          }
        }
        const same = tableOf([...held.values()].reverse());
        expect(table.size).toBe(held.size);
        expect(table.rootHash()).toEqual(same.rootHash());
        expect(table.bucketHashes()).toEqual(same.bucketHashes());
        const [older, newer] = entries[index] ?? [entry(0), entry(0)];
        table.put(held.get(older.key) === newer ? older : newer);
        expect(table.rootHash()).not.toEqual(same.rootHash());
      }),
      { numRuns: 50 },
    );
  });

  it("differ in the one bucket that the slot's first byte names", () => {
    const [one, two] = [tableOf([]), tableOf([entry(1)])];
    const [a, b] = [one.bucketHashes(), two.bucketHashes()];
    const differing = Array.from({ length: 256 }, (_, number) => number).filter(
      (number) =>
        Buffer.compare(a.subarray(number * 8, number * 8 + 8), b.subarray(number * 8, number * 8 + 8)) !== 0,
    );
    expect(differing).toEqual([entry(1).slot[0]]);
  });
});
