/** A value of the configuration as the file has it; JSON's strings, numbers and lists of these are TOML's too. */
export function tomlText(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(tomlText).join(", ")}]` : JSON.stringify(value);
}
