import { resolve } from "node:path";
import { expect, it } from "vitest";
import { describeLab } from "../../lab/describe-lab.ts";
import { Lab } from "../../lab/lab.ts";

const PROGRAM = resolve(import.meta.dirname, "three-links.ts");

//
describeLab("a link to a LAN", () => {
  it("is heard by whoever shares its port, takes back what it said before it says another, and tells who comes late", async () => {
    await using lab = await Lab.create({ name: "link" });
    const host = await lab.openHost("host");
    const { stdout, stderr } = await host.run(process.execPath, [PROGRAM, host.address4], {
      timeoutMs: 30_000,
    });
    expect(stderr).toBe("");
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as [string, string, { address: string; port: number }, { s: string }]);
    expect(lines.every(([, , { address }]) => address === host.address4)).toBe(true);
    const of = (name: string) =>
      lines.filter(([who]) => who === name).map(([, what, { port }, { s }]) => `${what} ${s} at ${port}`);
    const [first, second] = ["1 at 51820", "2 at 51821"];
    expect(of("speaker").slice(0, 3)).toEqual([`heard ${first}`, `gone ${first}`, `heard ${second}`]);
    expect(of("listener")).toEqual([`heard ${first}`, `gone ${first}`, `heard ${second}`, `gone ${second}`]);
    expect(of("latecomer")).toEqual([`heard ${second}`, `gone ${second}`]);
  });
});
