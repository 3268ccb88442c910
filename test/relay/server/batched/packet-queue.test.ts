import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PacketQueue } from "../../../../agent/relay/server/batched/packet-queue.ts";

const source = Uint8Array.from({ length: 28 }, (_, i) => i);

function ends() {
  const memory = PacketQueue.memory();
  return { worker: new PacketQueue(memory), main: new PacketQueue(memory) };
}

describe("the queue between the threads", () => {
  it("gives back what was put in, in order, however the two take turns", () => {
    const packet = fc.record({
      port: fc.integer({ min: 1, max: 9 }),
      bytes: fc.uint8Array({ maxLength: 1504 }),
    });
    const turn = fc.oneof(packet, fc.constant("shift" as const));
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 60 }), (turns) => {
        const { worker, main } = ends();
        const model: unknown[] = [];
        for (const one of turns) {
          if (one === "shift") {
            expect(main.shift()).toEqual(model.shift());
          } else {
            expect(worker.push(one.port, source, one.bytes)).toBe(true);
            model.push({ ...one, source });
          }
        }
        for (const left of model) expect(main.shift()).toEqual(left);
        expect(main.shift()).toBeUndefined();
      }),
    );
  });

  it("refuses what does not fit, and nothing is lost when it goes round", () => {
    const { worker, main } = ends();
    let [pushed, shifted] = [0, 0];
    const packet = (number: number) => new Uint8Array(1000 + (number % 500)).fill(number);
    for (let round = 0; round < 5; round++) {
      while (worker.push(1 + pushed, source, packet(pushed))) pushed += 1;
      // Full: a third of it makes room for the next round.
      for (let i = 0; i < 1000; i++, shifted++) {
        const found = main.shift();
        expect(found?.port).toBe(1 + shifted);
        expect(Buffer.compare(found?.bytes ?? source, packet(shifted))).toBe(0);
      }
    }
    expect(pushed).toBeGreaterThan(5000);
  });
});
