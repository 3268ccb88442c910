import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BearerToken } from "../../agent/admin/bearer-token.ts";
import { AgentError } from "../../agent/errors.ts";

let path: string;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "hopwire-token-"));
  path = join(dir, "token");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function refusal(text: string, mode = 0o600): AgentError {
  rmSync(path, { force: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  try {
    BearerToken.read(path);
  } catch (error) {
    if (error instanceof AgentError) return error;
  }
  throw new Error("it was not refused");
}

const HEX = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

//
describe("BearerToken", () => {
  it("is what the hint's command makes", () => {
    const { hint = "" } = refusal("short");
    rmSync(path);
    execFileSync("sh", ["-c", hint.replace("make one with: ", "")]);
    const token = execFileSync("cat", [path], { encoding: "utf8" }).trim();
    const read = BearerToken.read(path);
    expect(read.matches(`Bearer ${token}`)).toBe(true);
    expect(read.matches(`bearer ${token}`)).toBe(true);
  });

  it.each([
    ["another token", `Bearer ${HEX.slice(0, -1)}1`],
    ["a part of it", `Bearer ${HEX.slice(0, -1)}`],
    ["it with more behind", `Bearer ${HEX} x`],
    ["another scheme", `Basic ${HEX}`],
    ["nothing", undefined],
    ["an empty one", "Bearer "],
  ])("does not match %s", (_what, header) => {
    expect(new BearerToken(HEX).matches(header)).toBe(false);
  });

  it.each([0o640, 0o604, 0o620, 0o602])("is refused where others may use its file, mode %o", (mode) => {
    expect(refusal(HEX, mode)).toMatchObject({
      code: "config.invalid",
      hint: expect.stringContaining("make a new one") as string,
    });
  });

  it.each([
    ["an empty file", ""],
    ["63 hexadecimal digits", HEX.slice(1)],
    ["42 characters of base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"],
    ["one character many times", "a".repeat(100)],
    ["a sentence", "correct horse battery staple correct horse battery staple"],
    ["more than a file of a token holds", HEX.repeat(100)],
  ])("is refused for %s, and no part of it is said", (_what, text) => {
    const { code, message } = refusal(text);
    expect(code).toBe("config.invalid");
    if (text !== "") expect(message).not.toContain(text.slice(0, 20));
  });

  it("is refused where there is no file, or none is named", () => {
    expect(() => BearerToken.read(join(dir, "none"))).toThrow("ENOENT");
    expect(() => BearerToken.read(dir)).toThrow("is no file");
    expect(() => BearerToken.read("")).toThrow("admin.listen needs a token");
  });
});
