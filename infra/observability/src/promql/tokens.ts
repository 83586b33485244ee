/** One piece of a PromQL expression; `at` is its place in the text. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'operator';
  readonly text: string;
  readonly at: number;
}

const pieces =
  /(?<space>\s+)|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?(?:ms|[smhdwy])?)|(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*|\$__?[a-z_]+)|(?<operator>=~|!~|!=|==|>=|<=|[-+*/%^<>=(){}[\],@])/y;

/** The tokens of an expression, without white space. Throws `SyntaxError` where a character begins none. */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < expression.length) {
    pieces.lastIndex = at;
    const found = pieces.exec(expression);
    if (found === null) throw new SyntaxError(`not PromQL at ${String(at)}: ${expression.slice(at, at + 20)}`);
    const { space, string, number, name } = found.groups ?? {};
    const kind =
      string !== undefined ? 'string' : number !== undefined ? 'number' : name !== undefined ? 'name' : 'operator';
    if (space === undefined) tokens.push({ kind, text: found[0], at });
    at += found[0].length;
  }
  return tokens;
}
