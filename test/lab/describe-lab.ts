import { describe, it } from "vitest";
import { labPrivilege } from "./privilege.ts";

/** `describe` for tests that need the lab: where it cannot be built they fail in CI, for nobody would notice a skip there. */
export function describeLab(title: string, tests: () => void): void {
  const missing = labPrivilege();
  if (missing === undefined) {
    describe(title, tests);
  } else if (process.env["CI"] === undefined || process.env["CI"] === "") {
    describe.skip(`${title} (${missing})`, tests);
  } else {
    describe(title, () => {
      it("can build the lab", () => {
        throw new Error(missing);
      });
    });
  }
}
