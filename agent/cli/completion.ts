import type { Command } from "commander";
import { AgentError } from "../errors.ts";
import type { Define } from "./define.ts";

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

export const define: Define = (command, cli, whole) => {
  command
    .argument("<shell>", "bash, zsh or fish")
    .addHelpText(
      "after",
      "\nFor this shell: source <(hopwire completion bash)\nfish:           hopwire completion fish | source",
    )
    .action(async (shell: string) => {
      if (!Object.hasOwn(SHELLS, shell)) {
        throw new AgentError("usage.invalid", `there is no completion for "${shell}"`, {
          hint: "choose one of: bash, zsh, fish",
        });
      }
      cli.out(SHELLS[shell as keyof typeof SHELLS](wordsOf(await whole())));
    });
};

/** What may follow; `after` is "" or "relay": the commands before the word that is completed. */
type Words = {
  readonly after: string;
  readonly commands: readonly { readonly name: string; readonly summary: string }[];
  readonly options: readonly {
    readonly flag: string;
    readonly summary: string;
    readonly takesValue: boolean;
  }[];
  /** What its argument names, if the agent knows those that there are. */
  readonly argument: keyof typeof NAMED | undefined;
};

/** Read off the real definitions, so that the scripts cannot lag behind. */
function wordsOf(program: Command): Words[] {
  const collect = (command: Command, after: string): Words[] => [
    {
      after,
      commands: command.commands.map((c) => ({ name: c.name(), summary: c.description() })),
      options: command.options.map((o) => ({
        flag: o.long ?? o.flags,
        summary: o.description,
        takesValue: o.required,
      })),
      argument: argumentOf(command),
    },
    ...command.commands.flatMap((c) => collect(c, `${after} ${c.name()}`.trim())),
  ];
  return collect(program, "");
}

/** Of pretty-printed JSON: members' own names stand four blanks deep, allocations' own ids six. */
const NAMED = {
  member: `hopwire peers --json 2>/dev/null | sed -n 's/^    "name": "\\([a-z0-9-]*\\)".*/\\1/p'`,
  invite: `hopwire invites list --json 2>/dev/null | sed -n 's/^    "name": "\\([a-z0-9-]*\\)".*/\\1/p'`,
  allocation: `hopwire relay allocations --json 2>/dev/null | sed -n 's/^      "id": "\\([0-9a-f]*\\)".*/\\1/p'`,
} as const;

/** The name of a new member is nobody's yet. */
function argumentOf(command: Command): Words["argument"] {
  const [name] = command.registeredArguments.map((argument) => argument.name());
  if (name === "id") return "allocation";
  if (name === "invite") return "invite";
  return name === "name" && command.name() !== "invite" ? "member" : undefined;
}

function bashScript(words: readonly Words[]): string {
  const [top] = words;
  const globals = (top?.options ?? []).map((o) => o.flag);
  const valued = words.flatMap((w) => w.options.filter((o) => o.takesValue).map((o) => o.flag));
  const cases = words.map(
    ({ after, commands, options, argument }) =>
      `    "${after}") words="${[...commands.map((c) => c.name), ...options.map((o) => o.flag), "--help"].join(" ")}"${
        argument === undefined ? "" : ` argument=${argument}`
      } ;;`,
  );
  return `# bash completion for hopwire
_hopwire() {
  local word=\${COMP_WORDS[COMP_CWORD]} after="" words="" argument="" i w
  for ((i = 1; i < COMP_CWORD; i++)); do
    w=\${COMP_WORDS[i]}
    case $w in
      ${[...new Set(valued)].join("|")}) ((i++)) ;;
      -*) ;;
      *) case "\${after:+$after }$w" in
        ${words
          .filter((w) => w.after !== "")
          .map((w) => `"${w.after}"`)
          .join("|")}) after="\${after:+$after }$w" ;;
      esac ;;
    esac
  done
  case \${COMP_WORDS[COMP_CWORD - 1]} in
    --config) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --state-dir|--runtime-dir) COMPREPLY=($(compgen -d -- "$word")); return ;;
  esac
  case "$after" in
${cases.join("\n")}
  esac
  [ -n "$after" ] && words="$words ${globals.join(" ")}"
  [[ $word == -* ]] || case $argument in
    member) words=$(${NAMED.member}) ;;
    invite) words=$(${NAMED.invite}) ;;
    allocation) words=$(${NAMED.allocation}) ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _hopwire hopwire
`;
}

/** zsh runs bash's own completion functions. */
function zshScript(words: readonly Words[]): string {
  return `#compdef hopwire\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(words)}`;
}

function fishScript(words: readonly Words[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = words.flatMap(({ after, commands, options, argument }) => {
    const names = commands.map((c) => c.name).join(" ");
    const here =
      after === ""
        ? "__fish_use_subcommand"
        : `__fish_seen_subcommand_from ${after.split(" ").join("; and __fish_seen_subcommand_from ")}`;
    const open =
      names === "" || after === "" ? here : `${here}; and not __fish_seen_subcommand_from ${names}`;
    return [
      ...commands.map((c) => `complete -c hopwire -n ${quoted(open)} -a ${c.name} -d ${quoted(c.summary)}`),
      ...options.map(
        (o) =>
          `complete -c hopwire${after === "" ? "" : ` -n ${quoted(here)}`} -l ${o.flag.slice(2)}${
            o.takesValue ? " -r" : ""
          } -d ${quoted(o.summary)}`,
      ),
      ...(argument === undefined
        ? []
        : [`complete -c hopwire -n ${quoted(here)} -a ${quoted(`(${NAMED[argument]})`)}`]),
    ];
  });
  return `# fish completion for hopwire\ncomplete -c hopwire -f\n${lines.join("\n")}\n`;
}
