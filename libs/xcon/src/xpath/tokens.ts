import { XpathError } from './xpath-error.js';

/** A piece of an expression (XPath 1.0 §3.7). A name is a NameTest, a function's name, an axis or a node type by what follows it. */
export interface Token {
  readonly kind: 'literal' | 'number' | 'name' | 'function' | 'axis' | 'operator' | 'sign';
  readonly text: string;
}

const name = String.raw`[\p{L}_][\p{L}\p{M}\p{N}._\-]*`;
const pattern = new RegExp(
  [
    String.raw`(?<space>[ \t\r\n]+)`,
    String.raw`(?<literal>"[^"]*"|'[^']*')`,
    String.raw`(?<number>\d+(?:\.\d*)?|\.\d+)`,
    String.raw`(?<sign>::|\.\.|[()\[\].@,])`,
    String.raw`(?<operator>\/\/|!=|<=|>=|[|+\-=<>/])`,
    String.raw`(?<name>${name}(?::(?:${name}|\*)(?!:))?|\*)`,
  ].join('|'),
  'uy',
);
const operatorNames = new Set(['and', 'or', 'mod', 'div', '*']);

/** Cuts an expression into tokens. Throws `XpathError` `xpath-syntax`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) throw new XpathError('xpath-syntax');
    const [kind, found = ''] = Object.entries(groups).find(([, value]) => value !== undefined) ?? [];
    if (kind === 'space') continue;
    if (kind === 'literal') tokens.push({ kind, text: found.slice(1, -1) });
    else if (kind === 'name') tokens.push(nameToken(found, tokens.at(-1), text.slice(pattern.lastIndex)));
    else tokens.push({ kind: kind as Token['kind'], text: found });
  }
  return tokens;
}

// "If there is a preceding token and the preceding token is not one of @, ::, (, [, , or an Operator, then a * must be recognized as a
// MultiplyOperator and an NCName must be recognized as an OperatorName."
function nameToken(text: string, before: Token | undefined, after: string): Token {
  const mayBegin =
    before === undefined ||
    before.kind === 'operator' ||
    (before.kind === 'sign' && ['@', '::', '(', '[', ','].includes(before.text));
  if (!mayBegin) {
    if (!operatorNames.has(text)) throw new XpathError('xpath-syntax');
    return { kind: 'operator', text };
  }
  if (/^[ \t\r\n]*\(/u.test(after)) return { kind: 'function', text };
  return { kind: /^[ \t\r\n]*::/u.test(after) ? 'axis' : 'name', text };
}
