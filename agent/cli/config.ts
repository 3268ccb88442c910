import { DEFAULT_CONFIG_FILE } from "../config/load.ts";
import { configKeys, shownValue } from "../config/schema.ts";
import { tomlText } from "../config/toml-text.ts";
import type { Define } from "./define.ts";
import { openSession, type Session } from "./session.ts";

type ShowOptions = { readonly origin?: true };

export const define: Define = (config, cli) => {
  const check = config
    .command("check")
    .description("whether the agent would start with the configuration; exit status 78 where not");
  check.action(() => {
    // What is wrong was thrown here.
    const session = openSession(check, cli);
    const { file, origins } = session;
    const chosen = configKeys.filter((key) => origins[key] !== "default").length;
    session.print({ ok: true, file: file ?? null }, () => [
      `${file ?? `no ${DEFAULT_CONFIG_FILE}, which`} is fine; ${chosen} of ${configKeys.length} keys are not the default`,
    ]);
  });

  const show = config.command("show").description("the configuration in force here, as a file would have it");
  show.option("--origin", "with each value, where it comes from").action(({ origin }: ShowOptions) => {
    const session = openSession(show, cli);
    session.print(settings(session), () => showLines(session, origin ?? false));
  });
};

function settings({ values, origins, places }: Session) {
  return configKeys.map((key) => {
    const value = shownValue(key, values[key]);
    return { key, value, redacted: value !== values[key], origin: origins[key], place: places[key] };
  });
}

/** Dotted keys need no tables, so that each line stands alone. What is not shown whole is a comment: it would be another value. */
function showLines(session: Session, withOrigin: boolean): string[] {
  const rows = settings(session).map(({ key, value, redacted, place }) => ({
    line: `${redacted ? "# " : ""}${key} = ${tomlText(value)}`,
    place,
  }));
  const width = Math.max(...rows.map(({ line }) => line.length));
  return rows.map(({ line, place }) =>
    withOrigin ? `${line.padEnd(width)}  ${session.style.dim(`# ${place}`)}` : line,
  );
}
