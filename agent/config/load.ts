import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { AgentError } from "../errors.ts";
import { nearest } from "./nearest.ts";
import {
  CONFIG_KEYS,
  configKeys,
  environmentName,
  isConfigKey,
  shownValue,
  toAgentConfig,
  type AgentConfig,
  type ConfigKey,
  type ConfigValues,
} from "./schema.ts";

/** Read where no other is named; it may be missing. */
export const DEFAULT_CONFIG_FILE = "/etc/hopwire/hopwire.toml";

export type ConfigOrigin = "default" | "file" | "environment" | "argument";

export type ConfigSources = {
  /** From `--config`; must exist. */
  readonly file?: string | undefined;
  /** Options that were given, by key. */
  readonly arguments?: Readonly<Partial<Record<ConfigKey, string | undefined>>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export type LoadedConfig = {
  readonly config: AgentConfig;
  /** The same by key, as the file would have it. */
  readonly values: ConfigValues;
  readonly origins: Readonly<Record<ConfigKey, ConfigOrigin>>;
  /** The origins for a person: "default", file and line, the variable, the option. */
  readonly places: Readonly<Record<ConfigKey, string>>;
  /** The file that was read; undefined where there is none. */
  readonly file: string | undefined;
};

/** File < environment < arguments. Errors: config.invalid, naming the key, where it was given and the nearest right one. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const named = sources.file ?? variableOf(sources, "HOPWIRE_CONFIG");
  const path = resolve(named ?? DEFAULT_CONFIG_FILE);
  const toml = readFile(path, named === undefined);
  return {
    ...mergeConfig(toml === undefined ? {} : { path, toml }, sources),
    file: toml === undefined ? undefined : path,
  };
}

/** The decision in it, without the disk. */
export function mergeConfig(
  file: { readonly path?: string; readonly toml?: string },
  sources: ConfigSources,
): Omit<LoadedConfig, "file"> {
  const fromFile = parseFile(file.path ?? DEFAULT_CONFIG_FILE, file.toml ?? "");
  const values: Partial<Record<ConfigKey, unknown>> = {};
  const origins: Partial<Record<ConfigKey, ConfigOrigin>> = {};
  const places: Partial<Record<ConfigKey, string>> = {};
  for (const key of configKeys) {
    const { fromText, standard } = CONFIG_KEYS[key];
    const argument = sources.arguments?.[key];
    const variable = variableOf(sources, environmentName(key));
    const line = fromFile.get(key);
    if (argument !== undefined) {
      origins[key] = "argument";
      places[key] = `--${key}`;
      values[key] = checked(key, fromText(argument), places[key]);
    } else if (variable !== undefined) {
      origins[key] = "environment";
      places[key] = environmentName(key);
      values[key] = checked(key, fromText(variable), places[key]);
    } else if (line !== undefined) {
      origins[key] = "file";
      places[key] = line.where;
      values[key] = checked(key, line.value, `${line.where}: ${key}`);
    } else {
      origins[key] = "default";
      places[key] = "default";
      values[key] = standard;
    }
  }
  const whole = values as ConfigValues;
  return {
    config: toAgentConfig(whole),
    values: whole,
    origins: origins as Record<ConfigKey, ConfigOrigin>,
    places: places as Record<ConfigKey, string>,
  };
}

/** An empty variable is how a shell or a unit file says "not set". */
function variableOf(sources: ConfigSources, name: string): string | undefined {
  const value = sources.environment[name];
  return value === "" ? undefined : value;
}

function readFile(path: string, mayBeMissing: boolean): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && mayBeMissing) return undefined;
    throw new AgentError("config.invalid", `cannot read ${path}: ${code ?? "unknown error"}`, {
      hint: "check --config or HOPWIRE_CONFIG",
    });
  }
}

type FileValue = { readonly value: unknown; readonly where: string };

/** The file's values by dotted key. Unknown keys are refused here, where the line is known. */
function parseFile(path: string, toml: string): ReadonlyMap<ConfigKey, FileValue> {
  const values = new Map<ConfigKey, FileValue>();
  for (const [key, value] of flatten(parseToml(path, toml))) {
    const where = `${path} line ${lineOf(toml, key)}`;
    if (!isConfigKey(key)) {
      const guess = nearest(key, configKeys);
      throw new AgentError("config.invalid", `${where}: there is no key "${key}"`, {
        hint: guess === undefined ? `the keys are: ${configKeys.join(", ")}` : `did you mean "${guess}"?`,
      });
    }
    values.set(key, { value, where });
  }
  return values;
}

function parseToml(path: string, toml: string): Record<string, unknown> {
  try {
    return parse(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const why = error.message.split("\n")[0] ?? "";
    throw new AgentError("config.invalid", `${path} line ${error.line}: ${why}`);
  }
}

function flatten(table: Readonly<Record<string, unknown>>, prefix = ""): [string, unknown][] {
  return Object.entries(table).flatMap(([name, value]) =>
    isTable(value) ? flatten(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value] as [string, unknown]],
  );
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** From 1. The parser keeps no positions, so this looks for the assignment below its table's header. */
function lineOf(toml: string, key: string): number {
  const name = key.slice(key.lastIndexOf(".") + 1);
  const table = key.slice(0, Math.max(0, key.length - name.length - 1));
  let current = "";
  const lines = toml.split("\n");
  const bare = (text: string): string => text.replaceAll(/["'\s]/g, "");
  for (const [index, line] of lines.entries()) {
    const header = /^\s*\[([^[\]]+)\]/.exec(line);
    if (header) current = bare(header[1] ?? "");
    const assigned = bare(/^\s*([^=#[]+)=/.exec(line)?.[1] ?? "");
    if (assigned !== "" && [current, assigned].filter(Boolean).join(".") === key) return index + 1;
    // An inline table: relay = { ports = ... }
    if (assigned !== "" && assigned === table && line.includes(name)) return index + 1;
  }
  return 1;
}

function checked(key: ConfigKey, value: unknown, where: string): unknown {
  const result = v.safeParse(CONFIG_KEYS[key].schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const text = shown(shownValue(key, value));
  throw new AgentError("config.invalid", `${where} ${result.issues[0].message}, not ${text}`);
}

/** One line, bounded: whatever was typed ends up in a terminal. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? typeof value : text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
