/** What a typed line means. */
export type Command =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'tell'; readonly whom: string; readonly text: string }
  /** Empty gives the nickname back. */
  | { readonly kind: 'nick'; readonly nickname: string }
  | { readonly kind: 'send'; readonly path: string }
  | { readonly kind: 'who' }
  | { readonly kind: 'help' }
  | { readonly kind: 'leave' }
  /** Not understood; says what to type instead. */
  | { readonly kind: 'unclear'; readonly cure: string };

/** Reads a line. A leading `/` makes a command, `//` a line that begins with a slash. */
export function readCommand(line: string): Command {
  if (line.trim() === '') return { kind: 'nothing' };
  if (line.startsWith('//')) return { kind: 'say', text: line.slice(1) };
  if (!line.startsWith('/')) return { kind: 'say', text: line };
  const [, word = '', rest = ''] = /^\/(\S*)(?:\s+([^]*))?$/.exec(line.trimEnd()) ?? [];
  switch (word.toLowerCase()) {
    case 'msg': {
      const [, whom, text] = /^(\S+)\s+([^]+)$/.exec(rest) ?? [];
      if (whom === undefined || text === undefined) return { kind: 'unclear', cure: 'write /msg NAME text' };
      return { kind: 'tell', whom, text };
    }
    case 'nick':
      return { kind: 'nick', nickname: rest };
    case 'send':
      return rest === '' ? { kind: 'unclear', cure: 'write /send FILE' } : { kind: 'send', path: rest };
    case 'who':
      return { kind: 'who' };
    case 'help':
      return { kind: 'help' };
    case 'leave':
    case 'quit':
      return { kind: 'leave' };
    default:
      return { kind: 'unclear', cure: `there is no /${word}; /help lists what there is` };
  }
}
