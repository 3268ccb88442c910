import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mergeConfig } from "../../agent/config/load.ts";
import { configKeys } from "../../agent/config/schema.ts";
import { TestCommandLine } from "./command-line.ts";

function withFile(toml: string): { hopwire: TestCommandLine; file: string } {
  const hopwire = new TestCommandLine();
  const file = join(hopwire.dir, "hopwire.toml");
  writeFileSync(file, toml);
  return { hopwire, file };
}

//
describe("config", () => {
  it("passes a good file, and needs no agent for that", async () => {
    const { hopwire, file } = withFile("mtu = 1400\n");
    await using _ = hopwire;
    const { exitCode, out } = await hopwire.run(["config", "check", "--config", file]);
    expect(exitCode).toBe(0);
    // The file's, and the two of the environment.
    expect(out).toBe(`${file} is fine; 3 of ${configKeys.length} keys are not the default\n`);
  });

  it("refuses a wrong one with the line, the reason and the exit status that the agent would have", async () => {
    const { hopwire, file } = withFile("\nmut = 1400\n");
    await using _ = hopwire;
    const { exitCode, out, err } = await hopwire.run(["config", "check", "--config", file]);
    expect({ exitCode, out }).toEqual({ exitCode: 78, out: "" });
    expect(err).toContain(`${file} line 2: there is no key "mut"`);
  });

  it("shows each value with its file and line, its variable, its option, or as the default", async () => {
    const { hopwire, file } = withFile("\n[relay]\nmax-allocations = 7\n");
    await using _ = hopwire;
    const argv = ["config", "show", "--origin", "--config", file, "--interface", "wg7"];
    const { out } = await hopwire.run(argv);
    expect(out).toMatch(/^state-dir = ".*" +# HOPWIRE_STATE_DIR$/m);
    expect(out).toMatch(/^interface = "wg7" +# --interface$/m);
    expect(out).toMatch(/^mtu = 1280 +# default$/m);
    expect(out).toContain(`# ${file} line 3\n`);
  });

  it("shows what can be used as a file, and gives the same", async () => {
    const { hopwire, file } = withFile('endpoints = ["vpn.example.net:41000"]\n');
    await using _ = hopwire;
    const { out } = await hopwire.run(["config", "show", "--origin", "--config", file]);
    const again = mergeConfig({ toml: out }, { environment: {} });
    expect(again.config).toMatchObject({ endpoints: ["vpn.example.net:41000"], stateDir: hopwire.stateDir });
  });

  it("prints for programs one entry for each key, with its value, origin and place", async () => {
    const { hopwire, file } = withFile("mtu = 1400\n");
    await using _ = hopwire;
    const { out } = await hopwire.run(["config", "show", "--json", "--config", file]);
    const entries = JSON.parse(out) as { key: string }[];
    expect(entries.map(({ key }) => key)).toEqual(configKeys);
    const place = `${file} line 1`;
    expect(entries).toContainEqual({ key: "mtu", value: 1400, redacted: false, origin: "file", place });
  });

  //
  it.each(["https://hooks.example.net/T0/hunter2", "https://hooks.example.net?token=hunter2"])(
    "shows of %s, which holds a secret, only where it goes, and as a comment",
    async (url) => {
      const { hopwire, file } = withFile(`relay.guard.abuse-hook = "${url}"\n`);
      await using _ = hopwire;
      const argv = ["config", "show", "--config", file];
      const [text, json] = [await hopwire.run(argv), await hopwire.run([...argv, "--json"])];
      expect(text.out).toContain('\n# relay.guard.abuse-hook = "https://hooks.example.net/..."\n');
      expect(json.out).toContain('"value": "https://hooks.example.net/..."');
      expect(text.out + json.out).not.toContain("hunter2");
    },
  );

  it.each(['"https://ann:hunter2@hooks.example.net/"', '"hooks.example.net/hunter2"', '["hunter2"]'])(
    "refuses %s as a hook without repeating it",
    async (value) => {
      const { hopwire, file } = withFile(`relay.guard.abuse-hook = ${value}\n`);
      await using _ = hopwire;
      const { exitCode, out, err } = await hopwire.run(["config", "check", "--config", file]);
      expect(exitCode).toBe(78);
      expect(err).toContain("line 1: relay.guard.abuse-hook must be");
      expect(out + err).not.toContain("hunter2");
    },
  );
});
