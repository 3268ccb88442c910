import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { mergeConfig } from "../../agent/config/load.ts";
import { configKeys } from "../../agent/config/schema.ts";
import { configurationDocuments, exampleFile } from "../../scripts/configuration.ts";

const ROOT = resolve(import.meta.dirname, "../..");

//
describe("the documents made from the schema", () => {
  it("are up to date (else run scripts/configuration)", async () => {
    for (const [path, text] of await configurationDocuments()) {
      expect(readFileSync(join(ROOT, path), "utf8"), path).toBe(text);
    }
  });

  it("have an example file that changes nothing, neither as it is nor with every key switched on", () => {
    const standard = mergeConfig({}, { environment: {} });
    expect(mergeConfig({ toml: exampleFile() }, { environment: {} })).toEqual(standard);
    const switchedOn = mergeConfig(
      { toml: exampleFile().replaceAll(/^#(?=[a-z])/gm, "") },
      { environment: {} },
    );
    expect(switchedOn.config).toEqual(standard.config);
    for (const key of configKeys) expect(switchedOn.origins[key]).toBe("file");
  });
});
