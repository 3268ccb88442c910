import type { Style } from "../../agent/cli/style.ts";

export type StepResult = {
  /** Stable, for programs. */
  readonly id: string;
  readonly ok: boolean;
  /** What happened, for people. */
  readonly text: string;
  readonly expected: string;
  /** What was measured; keys end in their unit. */
  readonly values: Readonly<Record<string, number | string | null>>;
};

export type Outcome = Pick<StepResult, "ok" | "text"> & Partial<Pick<StepResult, "values">>;

type StepTitle = Pick<StepResult, "id" | "expected"> & {
  /** What is going on meanwhile, for a terminal. */
  readonly doing: string;
};

/** ECMA-48: back to the line's beginning and erase it. */
const ERASE_LINE = "\r\x1b[K";

/** Tells a person what happens, step by step, and keeps what came out. */
export class Screen {
  readonly #write: (text: string) => void;
  readonly #style: Style;
  readonly #isTerminal: boolean;
  readonly #results: StepResult[] = [];

  constructor(parts: { write: (text: string) => void; style: Style; isTerminal: boolean }) {
    this.#write = parts.write;
    this.#style = parts.style;
    this.#isTerminal = parts.isTerminal;
  }

  get results(): readonly StepResult[] {
    return this.#results;
  }

  heading(text: string): void {
    this.#write(`\n${this.#style.bold(text)}\n`);
  }

  print(...lines: readonly string[]): void {
    for (const line of lines) this.#write(`${line}\n`);
  }

  /** A step that throws has failed, and what builds on it makes no sense: throws on. */
  async step(title: StepTitle, act: () => Promise<Outcome>): Promise<void> {
    const { id, doing, expected } = title;
    if (this.#isTerminal) this.#write(this.#style.dim(`  … ${doing}`));
    try {
      const { ok, text, values = {} } = await act();
      this.#show({ id, ok, text, expected, values });
    } catch (error) {
      const [why = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
      this.#show({ id, ok: false, text: `${doing}: ${why}`, expected, values: {} });
      throw error;
    }
  }

  #show(result: StepResult): void {
    const { good, bad, dim } = this.#style;
    this.#results.push(result);
    const mark = result.ok ? good("✓") : bad("✗");
    const expected = (result.ok ? dim : bad)(`(expected: ${result.expected})`);
    this.#write(`${this.#isTerminal ? ERASE_LINE : ""}  ${mark} ${result.text}  ${expected}\n`);
  }
}
