/** Shell completion, made from the declarations of the commands. */
import type { Diagnostic } from "../support/diagnostic.js";
import { codes } from "./codes.js";
import type { Command } from "./command.js";
import { commonFlags } from "./common-flags.js";
import { spelling, type FlagSpec } from "./flags.js";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** The script for a shell, or why there is none. */
export function completionScript(shell: string, commands: readonly Command[]): string | Diagnostic {
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case "fish":
      return fish(commands);
    default:
      return codes.flagChoice({ flag: "SHELL", value: shell, choices: SHELLS.join(", ") });
  }
}

const flagsOf = (command: Command): [string, FlagSpec][] =>
  Object.entries<FlagSpec>({ ...command.flags, ...commonFlags }).map(([key, spec]) => [
    spelling(key),
    spec,
  ]);

function bash(commands: readonly Command[]): string {
  const cases = commands.map(
    (c) =>
      `    ${c.name}) words="${flagsOf(c)
        .map(([f]) => f)
        .join(" ")}" ;;`,
  );
  const choices = new Map<string, string>();
  for (const command of commands) {
    for (const [flag, spec] of flagsOf(command)) {
      if (spec.type === "choice") choices.set(`${command.name}:${flag}`, spec.choices.join(" "));
    }
  }
  const values = [...choices].map(([at, words]) => `    ${at}) words="${words}" ;;`);
  return `_relaxc() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map((c) => c.name).join(" ")}" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}:$before" in
${values.join("\n")}
  esac
  if [ -z "$words" ] && [ "\${current#-}" != "$current" ]; then
    case "\${COMP_WORDS[1]}" in
${cases.join("\n").replaceAll(/^ {4}/gm, "      ")}
    esac
  fi
  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _relaxc relaxc
`;
}

const quoted = (text: string): string =>
  `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((c) => [
    `complete -c relaxc -n __fish_use_subcommand -a ${c.name} -d ${quoted(c.summary)}`,
    ...flagsOf(c).map(([flag, spec]) => {
      const values = spec.type === "choice" ? ` -x -a ${quoted(spec.choices.join(" "))}` : "";
      const when = `-n ${quoted(`__fish_seen_subcommand_from ${c.name}`)}`;
      return `complete -c relaxc ${when} -l ${flag.slice(2)}${values} -d ${quoted(spec.help)}`;
    }),
  ]);
  return `${lines.join("\n")}\n`;
}
