import { describe, expect, it } from "vitest";
import { Outbox } from "../../../../agent/relay/server/batched/outbox.ts";
import { destination } from "../../../../agent/relay/server/batched/passages.ts";
import { PortTraffic } from "../../../../agent/relay/server/batched/port-traffic.ts";
import { encodeSockaddr } from "../../../../agent/relay/server/batched/sockaddr.ts";
import { PaperLibc, type Outcome } from "./paper-libc.ts";

const to = destination(encodeSockaddr({ address: "192.0.2.1", port: 1 }));

function flushed(outcomes: readonly Outcome[]) {
  const libc = new PaperLibc();
  libc.outcomes.push(...outcomes);
  const traffic = new PortTraffic(PortTraffic.memory());
  const outbox = new Outbox(libc);
  for (let i = 0; i < 4; i++) outbox.add(i === 3 ? undefined : "a", to, 4096, 100);
  outbox.flush(5, traffic);
  const { counters, drops } = traffic.read();
  return { offered: libc.offered, relayed: counters.a.rxPackets, drops: Object.fromEntries(drops) };
}

describe("packets that leave together", () => {
  it("go with one call, and those of a leg are counted", () => {
    expect(flushed([4])).toEqual({ offered: [4], relayed: 3, drops: {} });
  });

  it("go on after the kernel took some of them", () => {
    expect(flushed([1, 3])).toEqual({ offered: [4, 3], relayed: 3, drops: {} });
  });

  it("lose the one that cannot be sent, and no other", () => {
    const drops = { "send-failed": 1 };
    expect(flushed([1, "ENETUNREACH", 2])).toEqual({ offered: [4, 3, 2], relayed: 2, drops });
  });

  it("are lost where the socket is full: they are not kept for later", () => {
    expect(flushed([1, "EAGAIN"])).toEqual({ offered: [4, 3], relayed: 1, drops: { congested: 3 } });
  });

  it("are sent again after a signal", () => {
    expect(flushed(["EINTR", 4])).toEqual({ offered: [4, 4], relayed: 3, drops: {} });
  });

  it("are lost where the host has no such family", () => {
    const traffic = new PortTraffic(PortTraffic.memory());
    const outbox = new Outbox(new PaperLibc());
    outbox.add("b", to, 4096, 100);
    outbox.flush(undefined, traffic);
    outbox.flush(undefined, traffic);
    expect(Object.fromEntries(traffic.read().drops)).toEqual({ "send-failed": 1 });
  });
});
