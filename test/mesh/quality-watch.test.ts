import { expect, it } from "vitest";
import { QualityWatch } from "../../agent/mesh/quality-watch.ts";
import { pathWakeAt } from "../../agent/path/machine.ts";
import { monotonicMs } from "../../protocol/time.ts";
import { PathBench } from "../path/samples.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { freshEntry, peer } from "./samples.ts";

//
it("a path that was just in use, is idle now and does not answer is due no earlier than its next probe may be", () => {
  const watch = new QualityWatch({
    self: peer("a").id,
    clock: new FakeClock(),
    ports: {
      input: () => undefined,
      probe: () => undefined,
      setLegPace: () => undefined,
      wantRelay: () => undefined,
    },
  });
  const bench = new PathBench().direct();
  for (let misses = 1; misses <= 4; misses += 2) {
    bench.input({ kind: "tick", isIdle: true }, (pathWakeAt(bench.state, true) ?? 0) - bench.nowMs);
    const entry = freshEntry();
    entry.path = bench.state;
    entry.activeUntil = monotonicMs(bench.nowMs + 1);
    const dueAt = watch.dueAt(entry, true) ?? NaN;
    const effects = bench.input({ kind: "tick", isIdle: true }, dueAt - bench.nowMs);
    expect(effects).toContainEqual(expect.objectContaining({ kind: "probe" }));
  }
});
