import { Command, CommanderError } from "commander";
import { AgentError } from "../errors.ts";
import type { Cli } from "./cli.ts";
import type { Define } from "./define.ts";

type Entry = { readonly summary: string; readonly load: () => Promise<{ define: Define }> };

/** In the order of the help. Files are loaded when their command is called: that keeps the start fast. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  up: { summary: "start the agent and wait until it answers", load: () => import("./up.ts") },
  down: { summary: "stop the agent and remove all that it made", load: () => import("./down.ts") },
  daemon: { summary: "run the agent in the foreground", load: () => import("./daemon.ts") },
  init: { summary: "found a network with this host as its first member", load: () => import("./init.ts") },
  invite: { summary: "make a one-use token for a new member", load: () => import("./invite.ts") },
  invites: { summary: "invites that were not used yet", load: () => import("./invites.ts") },
  join: { summary: "enter the network that a token is for", load: () => import("./join.ts") },
  leave: { summary: "leave the network and forget its keys", load: () => import("./leave.ts") },
  revoke: { summary: "shut a member out, for ever", load: () => import("./revoke.ts") },
  rename: { summary: "give a member another name", load: () => import("./rename.ts") },
  "rotate-keys": {
    summary: "new keys for this host, with the same name and addresses",
    load: () => import("./rotate-keys.ts"),
  },
  status: { summary: "this host, its network and what needs attention", load: () => import("./status.ts") },
  peers: { summary: "every member and the path to it", load: () => import("./peers.ts") },
  ping: { summary: "round trips to a member, with the path of each", load: () => import("./ping.ts") },
  cache: { summary: "endpoints and relays that worked before", load: () => import("./cache.ts") },
  relay: { summary: "relay for others, and see who relays", load: () => import("./relay.ts") },
  netcheck: { summary: "what the NAT in front of this host does", load: () => import("./netcheck.ts") },
  config: {
    summary: "check the configuration, and show where it comes from",
    load: () => import("./config.ts"),
  },
  completion: { summary: "completion script for a shell", load: () => import("./completion.ts") },
  version: { summary: "the program's version", load: () => import("./version.ts") },
};

/** Runs one command to its end and returns the exit status (sysexits.h). Errors are one line on standard error. */
export async function runCommandLine(argv: readonly string[], cli: Cli): Promise<number> {
  const written: string[] = [];
  const program = buildProgram(cli, (text) => void written.push(text));
  try {
    await program.parseAsync(withoutAliases(argv), { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, written.join(""), cli);
    return reportError(error, cli);
  }
}

/** `writeError` gets the help that the parser prints where a command is missing. */
function buildProgram(cli: Cli, writeError: (text: string) => void): Command {
  const program = new Command("hopwire")
    .description(
      "Connects this host to its WireGuard mesh: directly where NATs allow, through a volunteer elsewhere.",
    )
    .usage("COMMAND [OPTION]...")
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.out(text),
      writeErr: writeError,
      outputError: () => undefined,
      getOutHasColors: () => false,
    })
    .configureHelp({ showGlobalOptions: true })
    .option("--config <file>", "configuration; /etc/hopwire/hopwire.toml where there is one")
    .option("--state-dir <dir>", "keys, records and cache")
    .option("--runtime-dir <dir>", "socket and pid file")
    .option("--interface <name>", "WireGuard interface")
    .option("--listen-port <port>", "WireGuard's UDP port")
    .option("--json", "print JSON; errors stay one line of text on standard error")
    .addHelpText(
      "after",
      "\nGlobal options may stand before or after the command; each has a variable: HOPWIRE_STATE_DIR and so on." +
        "\nExit status as in sysexits.h: 64 usage, 69 no agent answers, 75 no reply, 77 no right, 78 configuration.",
    )
    .hook("preSubcommand", (_program, command) => defineCommand(command, cli));
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    program.command(name).helpCommand(false).summary(summary).description(summary);
  }
  return program;
}

async function defineCommand(command: Command, cli: Cli): Promise<void> {
  const file = await COMMANDS[command.name()]?.load();
  file?.define(command, cli, async () => {
    const whole = buildProgram(cli, () => undefined);
    for (const each of whole.commands) await defineCommand(each, cli);
    return whole;
  });
}

/** `help ping` is `ping --help` (a command's options are known only once it is loaded), `--version` is `version`. */
function withoutAliases(argv: readonly string[]): string[] {
  if (argv[0] === "help") return [...argv.slice(1), "--help"];
  return argv[0] === "--version" ? ["version", ...argv.slice(1)] : [...argv];
}

const USAGE_EXIT_CODE = new AgentError("usage.invalid", "").exitCode;

function endOfParsing(error: CommanderError, written: string, cli: Cli): number {
  if (error.exitCode === 0) return 0;
  if (error.code === "commander.help") {
    cli.err(written);
    return USAGE_EXIT_CODE;
  }
  // "error: unknown option '--jsn'\n(Did you mean --json?)"
  const [what = "", guess] = error.message
    .replace(/^error: /, "")
    .replace("(Did", "(did")
    .split("\n");
  return reportError(
    new AgentError("usage.invalid", what, { hint: guess?.replace(/^\((.*)\)$/, "$1") }),
    cli,
  );
}

function reportError(error: unknown, cli: Cli): number {
  if (error instanceof AgentError) {
    const hint = error.code === "usage.invalid" ? (error.hint ?? "see: hopwire --help") : error.hint;
    cli.err(`${errorLine(error.message, hint)}\n`);
    return error.exitCode;
  }
  const bug = new AgentError("internal.bug", error instanceof Error ? error.message : String(error));
  const stack = cli.environment["HOPWIRE_DEBUG"] === undefined ? "" : `\n${(error as Error).stack ?? ""}`;
  cli.err(
    `${errorLine(bug.message, "this is a bug: please report it with the command that you gave")}${stack}\n`,
  );
  return bug.exitCode;
}

/** What and why; what to do. */
export function errorLine(message: string, hint: string | undefined): string {
  const oneLine = (text: string): string => text.replaceAll(/\s*[\r\n]+\s*/g, " ").trim();
  return `hopwire: ${oneLine(hint === undefined ? message : `${message}; ${hint}`)}`;
}
