/**
 * Three links at one address of this host, as of three programs: the first announces itself, and then otherwise; the third comes late.
 * Prints what they hear as lines of JSON. Started as: node three-links.ts <own address>
 */
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "../../../agent/clock.ts";
import { silentLogger } from "../../../agent/log.ts";
import { LanLink, type LanLinkPort } from "../../../agent/registry/lan/lan-link.ts";

const [address = ""] = process.argv.slice(2);
const openLink = LanLink.opener(systemClock, silentLogger);

function open(who: string): Promise<LanLinkPort> {
  const tell = (what: string) => (at: unknown, txt: unknown) =>
    void process.stdout.write(`${JSON.stringify([who, what, at, txt])}\n`);
  return openLink({ address, length: 24 }, { onHeard: tell("heard"), onGone: tell("gone") });
}

/** Three probes, 250 ms apart, come before an announcement (RFC 6762, section 8.1). */
const ANNOUNCED_MS = 2_000;

const [speaker, listener] = [await open("speaker"), await open("listener")];
await speaker.announce("0123456789abcde1", 51_820, { s: "1" });
await wait(ANNOUNCED_MS);
await speaker.announce("0123456789abcde2", 51_821, { s: "2" });
await wait(ANNOUNCED_MS);
const latecomer = await open("latecomer");
await wait(ANNOUNCED_MS);
for (const link of [speaker, listener, latecomer]) {
  await link[Symbol.asyncDispose]();
  await wait(200);
}
