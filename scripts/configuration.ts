import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { format } from "prettier";
import * as v from "valibot";
import { DEFAULT_CONFIG_FILE } from "../agent/config/load.ts";
import { CONFIG_KEYS, configKeys, environmentName, type ConfigKey } from "../agent/config/schema.ts";
import { tomlText } from "../agent/config/toml-text.ts";

/** Writes what is said about the configuration from its schema; with --check only compares. */

const ROOT = resolve(import.meta.dirname, "..");

/** The options that the command line has for keys; the others are set in the file or the environment. */
const OPTIONS: ReadonlySet<ConfigKey> = new Set(["state-dir", "runtime-dir", "interface", "listen-port"]);

/** The documents by their path in the project. */
export async function configurationDocuments(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["systemd/hopwire.example.toml", exampleFile()],
    ["docs/configuration.md", await format(referencePage(), { parser: "markdown", printWidth: 110 })],
  ]);
}

/** Every key with its default, commented out: a copy of it changes nothing. */
export function exampleFile(): string {
  const head = `# Hopwire's configuration: ${DEFAULT_CONFIG_FILE}. Every key, commented out, with its default.
# Made by scripts/configuration from the schema. Try a file with: hopwire config check --config FILE`;
  const keys = configKeys.map((key) => {
    const { about, standard } = CONFIG_KEYS[key];
    return [...wrapped(about), `# ${shapeOf(key)}`, `#${key} = ${tomlText(standard)}`].join("\n");
  });
  return `${[head, ...keys].join("\n\n")}\n`;
}

function referencePage(): string {
  return `# Configuration

<!-- Made by scripts/configuration from agent/config/schema.ts. -->

File, then environment, then options, in rising precedence. The file is \`${DEFAULT_CONFIG_FILE}\`, or the one of
\`--config\` or \`HOPWIRE_CONFIG\`. An unknown key is an error that names its line and the nearest right one.
[hopwire.example.toml](../systemd/hopwire.example.toml) has every key with its default.

\`hopwire config check\` says whether the agent would start; \`hopwire config show --origin\` shows every value and where it
comes from. \`systemctl reload hopwire\` (SIGHUP) makes a running agent read the file again: keys marked *live* change at
once, for the others the log says that they wait for a restart. A file that is no good changes nothing.

A dot in a key is a table in the file: \`relay.ports\` is \`ports\` below \`[relay]\`. In the environment lists have commas.

${configKeys.map(section).join("\n\n")}
`;
}

function section(key: ConfigKey): string {
  const { about, standard, change } = CONFIG_KEYS[key];
  const names = [`\`${environmentName(key)}\``, ...(OPTIONS.has(key) ? [`\`--${key}\``] : [])];
  return `## \`${key}\`

${about}

- Default: \`${tomlText(standard)}\`
- Value: ${shapeOf(key)}
- Also set by: ${names.join(", ")}
- Change: ${change === "live" ? "*live*" : "with the next start"}`;
}

/** What the schema says to whoever got the key's type wrong. */
function shapeOf(key: ConfigKey): string {
  const [issue] = v.safeParse(CONFIG_KEYS[key].schema, undefined, { abortEarly: true }).issues ?? [];
  return (issue?.message ?? "").replace(/^must be /, "");
}

/** Comment lines of at most 100 characters. */
function wrapped(text: string): string[] {
  const lines = ["#"];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last.length + 1 + word.length <= 100) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}

if (import.meta.main) {
  const stale: string[] = [];
  for (const [path, text] of await configurationDocuments()) {
    if (!process.argv.includes("--check")) writeFileSync(join(ROOT, path), text);
    else if (readFileSync(join(ROOT, path), "utf8") !== text) stale.push(path);
  }
  if (stale.length > 0) {
    process.stderr.write(`stale, run scripts/configuration: ${stale.join(", ")}\n`);
    process.exitCode = 1;
  }
}
