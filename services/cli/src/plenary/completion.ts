import type { Command } from './command.types.js';

/** Shells a completion can be made for. */
export const shells = ['bash', 'zsh'] as const;
export type Shell = (typeof shells)[number];

/** A script that completes commands, options and known words; nothing is asked of a server. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const cases = entriesOf(commands)
    .map(([before, words]) => `    ${quoted(before)}) words=${quoted(words.join(' '))} ;;`)
    .join('\n');
  return shell === 'bash' ? bashScript(cases) : zshScript(cases);
}

/** What may follow each sequence of words; the empty one stands for the beginning. */
function entriesOf(commands: readonly Command[]): (readonly [string, readonly string[]])[] {
  const following = new Map<string, Set<string>>();
  const add = (before: readonly string[], word: string): void => {
    const key = before.join(' ');
    const words = following.get(key) ?? new Set<string>();
    words.add(word);
    following.set(key, words);
  };
  for (const command of commands) {
    for (const [index, word] of command.path.entries()) add(command.path.slice(0, index), word);
    for (const option of [...Object.keys(command.options ?? {}), 'json', 'help']) add(command.path, `--${option}`);
    for (const word of command.words?.flat() ?? []) add(command.path, word);
  }
  return [...following].map(([before, words]) => [before, [...words].toSorted()] as const);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The longest sequence of words typed so far that is known decides. */
const choose = (cases: string): string => `  local words='' key="$typed"
  while :; do
    case "$key" in
${cases}
    esac
    [ -n "$words" ] && break
    [ -z "$key" ] && break
    case "$key" in *' '*) key="\${key% *}" ;; *) key='' ;; esac
  done`;

function bashScript(cases: string): string {
  return `# bash completion of plenary:  plenary completion bash >> ~/.bashrc
_plenary() {
  local typed="\${COMP_WORDS[*]:1:COMP_CWORD-1}"
${choose(cases)}
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _plenary plenary
`;
}

function zshScript(cases: string): string {
  return `#compdef plenary
# zsh completion of plenary:  plenary completion zsh > "\${fpath[1]}/_plenary"
_plenary() {
  local typed="\${words[2,CURRENT-1]}"
  _plenary_words "$typed"
}
_plenary_words() {
  local typed="$1"
${choose(cases)}
  compadd -- \${=words}
}
compdef _plenary plenary
`;
}
