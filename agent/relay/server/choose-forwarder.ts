import type { CommandRunner } from "../../runner.ts";
import type { Forwarder, ForwarderEvents, ForwarderKind } from "./forwarder.ts";
import {
  KernelForwarder,
  type KernelForwarderOptions,
  type KernelForwarderParts,
} from "./kernel-forwarder.ts";
import {
  loadScript,
  refreshingOf,
  relayTableName,
  removeScript,
  tryRefreshingScript,
  type Flow,
  type Refreshing,
} from "./nft-ruleset.ts";

export type ForwarderWish = "auto" | ForwarderKind;

export type ForwarderChoice = {
  readonly kind: ForwarderKind;
  /** For people; a fixed phrase, or what nft said. */
  readonly reason: string;
  /** It can be switched while it runs. */
  readonly create: (events: ForwarderEvents) => Forwarder;
};

export type KindChoice = Pick<ForwarderChoice, "kind" | "reason">;

export type ForwarderChoiceParts = Omit<KernelForwarderParts, "events"> &
  KernelForwarderOptions & { readonly wanted: ForwarderWish };

export async function chooseForwarder(parts: ForwarderChoiceParts): Promise<ForwarderChoice> {
  const { kind, reason } = await chooseKind(parts);
  const refreshing = kind === "kernel" ? await howToRefresh(parts.run) : "by-replacing";
  const options = { ...parts, kind, refreshing };
  return { kind, reason, create: (events) => new KernelForwarder({ ...parts, events }, options) };
}

/** By trying. Whoever asks for the kernel where it does not serve gets userspace and a warning: relaying goes on. */
export async function chooseKind({
  wanted,
  run,
  log,
}: Pick<ForwarderChoiceParts, "wanted" | "run" | "log">): Promise<KindChoice> {
  const refusal = wanted === "userspace" ? "asked for" : await whyNotKernel(run);
  if (refusal === undefined) {
    const reason = "nftables takes the rules";
    log.info({ forwarder: "kernel", reason }, "relay forwarder chosen");
    return { kind: "kernel", reason };
  }
  const chosen = { forwarder: "userspace", reason: refusal };
  if (wanted === "kernel") log.warn(chosen, "relay forwarder chosen, the kernel cannot be had");
  else log.info(chosen, "relay forwarder chosen");
  return { kind: "userspace", reason: refusal };
}

/** Takes away what a killed agent's kernel forwarder left, so that nothing is forwarded any more. Where there is no nft, nothing is left. */
export async function removeLeftFlows(run: CommandRunner, owner: string): Promise<void> {
  await run("nft", ["-f", "-"], { input: removeScript(relayTableName(owner)) }).catch(() => undefined);
}

/** Undefined where it would. The kernel checks a table with every construct in it and is then told to forget it. */
export async function whyNotKernel(run: CommandRunner): Promise<string | undefined> {
  const change = {
    chains: [{ name: "device_0", device: "lo" }],
    meters: {
      added: (["ipv4", "ipv6"] as const).map((family) => ({ index: 0, family, bytesPerSec: 1_250_000 })),
      removed: [],
    },
    flows: [
      { before: undefined, after: sampleFlow("192.0.2.1", "192.0.2.2") },
      { before: undefined, after: sampleFlow("2001:db8::1", "2001:db8::2") },
    ],
  };
  const sample = loadScript(relayTableName("probe"), change, 1_250_000);
  try {
    const checked = await run("nft", ["-c", "-f", "-"], { input: sample });
    if (checked.exitCode !== 0) return firstLine(checked.stderr) ?? "nftables refuses the rules";
    const links = await run("ip", ["-json", "link", "show"]);
    return links.exitCode === 0 ? undefined : "ip does not tell the interfaces";
  } catch (error) {
    return error instanceof Error ? error.message : "nft could not run";
  }
}

/** By trying, in a table that is gone afterwards. */
export async function howToRefresh(run: CommandRunner): Promise<Refreshing> {
  const table = relayTableName("refreshing");
  try {
    await run("nft", ["-f", "-"], { input: tryRefreshingScript(table) });
    return refreshingOf((await run("nft", ["-j", "list", "set", "netdev", table, "tried"])).stdout);
  } catch {
    return "by-replacing";
  } finally {
    await removeLeftFlows(run, "refreshing");
  }
}

/** Interface 1 is the loopback. */
function sampleFlow(local: string, remote: string): Flow {
  const end = (port: number) => ({
    remote: { address: remote, port },
    local,
    hop: remote,
    device: "lo",
    ifIndex: 1,
  });
  return { index: 0, port: 40_000, ends: { a: end(1), b: end(2) } };
}

function firstLine(text: string): string | undefined {
  return text
    .split("\n")
    .map((line) => line.trim())
    .find((line) => /[A-Za-z]/.test(line));
}
