import type { Command } from "commander";
import { RELAY_TIERS, type RelayTier } from "../../protocol/relay-token.ts";
import type { HeldRelayToken } from "../admin/contract.ts";
import { AgentError } from "../errors.ts";
import type { Cli } from "./cli.ts";
import { openSession } from "./session.ts";
import { readTextFile } from "./text-file.ts";
import { formatAge, parseCount, parseDurationSec } from "./units.ts";

type TokenOptions = {
  readonly relay?: string;
  readonly pair: readonly string[];
  readonly tier: string;
  readonly bandwidthMbps: string;
  readonly quotaMb: string;
  readonly lifetime: string;
};

/** What an operator grants a pair, and how a member of it makes use of that. */
export function defineTokenCommands(relay: Command, cli: Cli): void {
  const token = relay
    .command("token")
    .description("grant a pair of members more than they get by themselves");
  token
    .requiredOption("--pair <members...>", "the two members' names")
    .option("--relay <name>", "the volunteer; this host where it is not given")
    .option("--tier <tier>", RELAY_TIERS.join(", "), "paid")
    .option("--bandwidth-mbps <n>", "less than the tier's; 0: the tier's", "0")
    .option("--quota-mb <n>", "less than the tier's; 0: the tier's", "0")
    .option("--lifetime <duration>", "24h, 30d", "30d")
    .addHelpText(
      "after",
      "\nThe token alone goes to standard output. Either of the two runs: hopwire relay use-token",
    )
    .action(async (options: TokenOptions) => {
      const session = openSession(token, cli);
      const minted = await session.agent.relayToken({
        relay: options.relay,
        pair: pairOf(options.pair),
        tier: tierOf(options.tier),
        bandwidthBps: parseCount(options.bandwidthMbps, "--bandwidth-mbps") * 1e6,
        quotaBytes: parseCount(options.quotaMb, "--quota-mb") * 1e6,
        lifetimeSec: parseDurationSec(options.lifetime),
      });
      session.print(minted, () => [minted.token]);
    });

  const use = relay.command("use-token").description("use a token that a volunteer's operator minted");
  use
    .argument("[file]", 'what "hopwire relay token" printed; standard input where it is not given', "-")
    .action(async (file: string) => {
      const session = openSession(use, cli);
      const text = file === "-" ? await cli.readInput() : readTextFile(file);
      const held = await session.agent.relayUseToken({ token: text.trim() });
      session.print(held, () => [heldTokenLine(held, cli.clock.wallNow())]);
    });
}

/** "carol relays to bob by a token of tier paid (50 Mbit/s), for another 30 d". */
export function heldTokenLine(held: HeldRelayToken, nowMs: number): string {
  const { relay, peer, tier, bandwidthBps, quotaBytes, expiresAt, refusal } = held;
  if (refusal !== null) return `${relay} does not take the token for ${peer} (${refusal})`;
  const limits = [
    ...(bandwidthBps === 0 ? [] : [`${bandwidthBps / 1e6} Mbit/s`]),
    ...(quotaBytes === 0 ? [] : [`${quotaBytes / 1e6} MB`]),
  ];
  const shown = limits.length === 0 ? "" : ` (${limits.join(", ")})`;
  const left = formatAge((expiresAt - nowMs) / 1000);
  return `${relay} relays to ${peer} by a token of tier ${tier}${shown}, for another ${left}`;
}

function pairOf(members: readonly string[]): [string, string] {
  const [a, b, ...more] = members;
  if (a !== undefined && b !== undefined && more.length === 0) return [a, b];
  throw new AgentError("usage.invalid", "--pair takes two members", { hint: "as in: --pair alice bob" });
}

function tierOf(text: string): RelayTier {
  const tier = RELAY_TIERS.find((one) => one === text);
  if (tier !== undefined) return tier;
  throw new AgentError("usage.invalid", `--tier must be one of: ${RELAY_TIERS.join(", ")}`);
}
