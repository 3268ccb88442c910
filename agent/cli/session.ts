import type { Command } from "commander";
import { agentClient, type AgentClient } from "../admin/client.ts";
import { socketPathIn } from "../admin/socket.ts";
import { DEFAULT_CONFIG_FILE, loadConfig, type ConfigSources, type LoadedConfig } from "../config/load.ts";
import type { Cli } from "./cli.ts";
import { plainStyle, terminalStyle, type Style } from "./style.ts";

type GlobalOptions = {
  readonly config?: string;
  readonly stateDir?: string;
  readonly runtimeDir?: string;
  readonly interface?: string;
  readonly listenPort?: string;
  readonly json?: true;
};

/** One call of a command: its configuration, the agent it talks to and how it prints. */
export type Session = LoadedConfig & {
  readonly cli: Cli;
  readonly agent: AgentClient;
  readonly socketPath: string;
  readonly json: boolean;
  /** Whether somebody chose the configuration file; false for the standard one. */
  readonly fileIsNamed: boolean;
  /** What makes `hopwire daemon` take the same configuration from any directory. */
  readonly daemonArguments: readonly string[];
  readonly style: Style;
  /** Whether a person reads, and wants colours. */
  readonly coloured: boolean;
  /** The configuration once more, from the same sources as they are then. Errors: config.invalid. */
  reload(): LoadedConfig;
  /** The value itself with `--json`, else the lines. */
  print(value: unknown, lines: () => readonly string[]): void;
  /** For a person who waits: never mixed into what a program reads. */
  say(line: string): void;
};

/** Errors: config.invalid. */
export function openSession(command: Command, cli: Cli): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const sources = sourcesOf(options, cli);
  const loaded = loadConfig(sources);
  const fileIsNamed = loaded.file !== undefined && loaded.file !== DEFAULT_CONFIG_FILE;
  const json = options.json ?? isYes(cli.environment["HOPWIRE_JSON"]);
  const socketPath = socketPathIn(loaded.config.runtimeDir);
  const coloured = cli.terminal && (cli.environment["NO_COLOR"] ?? "") === "";
  return {
    ...loaded,
    cli,
    socketPath,
    json,
    fileIsNamed,
    daemonArguments: [...(fileIsNamed ? ["--config", loaded.file] : []), ...chosenOptions(loaded)],
    agent: agentClient(socketPath),
    reload: () => loadConfig(sources),
    coloured,
    style: cli.terminal ? terminalStyle(coloured) : plainStyle,
    print(value, lines) {
      cli.out(
        json
          ? `${JSON.stringify(value, undefined, 2)}\n`
          : lines()
              .map((line) => `${line}\n`)
              .join(""),
      );
    },
    say(line) {
      if (!json) cli.err(`${line}\n`);
    },
  };
}

function sourcesOf(options: GlobalOptions, cli: Cli): ConfigSources {
  const given = {
    "state-dir": options.stateDir,
    "runtime-dir": options.runtimeDir,
    interface: options.interface,
    "listen-port": options.listenPort,
  };
  return { file: options.config, arguments: given, environment: cli.environment };
}

function chosenOptions({ config, origins }: LoadedConfig): string[] {
  const values = {
    "state-dir": config.stateDir,
    "runtime-dir": config.runtimeDir,
    interface: config.interface,
    "listen-port": String(config.listenPort),
  };
  return Object.entries(values).flatMap(([key, value]) => {
    const origin = origins[key as keyof typeof values];
    return origin === "argument" || origin === "environment" ? [`--${key}`, value] : [];
  });
}

function isYes(variable: string | undefined): boolean {
  return variable !== undefined && !["", "0", "false", "no"].includes(variable.toLowerCase());
}
