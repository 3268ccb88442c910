import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

const root = resolve(import.meta.dirname, "../..");

export default defineConfig({
  root,
  test: {
    reporters: ["default"],
    projects: [
      {
        root,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/lab/**", "**/*.lab.test.ts"],
          testTimeout: 20_000,
        },
      },
      {
        root,
        test: {
          name: "lab",
          include: ["test/**/*.lab.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // On two cores: most files wait most of the time; with more at once the times that real programs need are unrealistic.
          maxWorkers: 3,
          pool: "forks",
        },
      },
    ],
  },
});
