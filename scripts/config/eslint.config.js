import { resolve } from "node:path";
import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

const root = resolve(import.meta.dirname, "../..");

/** Ambient sources of time, timers and randomness live in one file each and are passed in from there. */
const ambient = [
  { object: "Date", property: "now", message: "take a Clock (agent/clock.ts)" },
  { object: "Math", property: "random", message: "take a Random (agent/random.ts)" },
  { object: "performance", property: "now", message: "take a Clock (agent/clock.ts)" },
];

export default tseslint.config(
  { ignores: ["**/node_modules/", "**/protocol/generated/", "**/*.cjs"] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["scripts/config/*.js"] },
        tsconfigRootDir: root,
      },
    },
    rules: {
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: "error",
    },
  },
  {
    files: ["agent/**/*.ts", "protocol/**/*.ts", "cache/**/*.ts"],
    ignores: ["agent/clock.ts", "agent/random.ts"],
    rules: {
      "no-restricted-properties": ["error", ...ambient],
      "no-restricted-globals": [
        "error",
        { name: "setTimeout", message: "take a Clock (agent/clock.ts)" },
        { name: "setInterval", message: "take a Clock (agent/clock.ts)" },
      ],
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
