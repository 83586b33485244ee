import type { ValueType } from './expression.js';
import type { XpathContext } from './context.js';
import { localName, namespaceOf, type XpathNode } from './nodes.js';
import { type Value, toBoolean, toNumber, toText } from './values.js';

/** One function of the core library: what it returns, how many arguments, and whether its only argument is a node-set. */
export interface CoreFunction {
  readonly returns: ValueType;
  readonly least: number;
  readonly most: number;
  readonly takesNodes: boolean;
  readonly call: (context: XpathContext, operands: readonly Value[]) => Value;
}

type Call = CoreFunction['call'];

function define(returns: ValueType, least: number, most: number, call: Call, takesNodes = false): CoreFunction {
  return { returns, least, most, takesNodes, call };
}

/** A function of strings, of which the missing first one is that of the context node. */
function ofText(
  returns: 'string' | 'number' | 'boolean',
  least: number,
  most: number,
  call: (...texts: string[]) => string | number | boolean,
): CoreFunction {
  return define(returns, least, most, (context, operands) => {
    const values = operands.length === 0 ? [[context.node]] : operands;
    return call(...values.map((value) => toText(value, context.budget)));
  });
}

function ofNumber(call: (number: number) => number): CoreFunction {
  return define('number', 1, 1, ({ budget }, [operand = '']) => call(toNumber(operand, budget)));
}

/** A name of the first node of a node-set, or of the context node. */
function ofName(call: (node: XpathNode) => string): CoreFunction {
  return define(
    'string',
    0,
    1,
    (context, [operand]) => {
      const node = operand === undefined ? context.node : (operand as readonly XpathNode[])[0];
      return node === undefined ? '' : call(node);
    },
    true,
  );
}

/**
 * The core function library, without `id` (no attribute of a conference document is an ID) and `lang`.
 *
 * Spec: XPath 1.0 §4.
 */
export const coreFunctions: Readonly<Record<string, CoreFunction>> = {
  last: define('number', 0, 0, ({ size }) => size),
  position: define('number', 0, 0, ({ position }) => position),
  count: define('number', 1, 1, (_, [nodes]) => (nodes as readonly XpathNode[]).length, true),
  'local-name': ofName(localName),
  // The prefix of a name is not kept, so that `name` is the local name.
  name: ofName(localName),
  'namespace-uri': ofName(namespaceOf),
  string: ofText('string', 0, 1, (text = '') => text),
  concat: ofText('string', 2, Number.POSITIVE_INFINITY, (...texts) => texts.join('')),
  'starts-with': ofText('boolean', 2, 2, (text = '', start = '') => text.startsWith(start)),
  contains: ofText('boolean', 2, 2, (text = '', part = '') => text.includes(part)),
  'substring-before': ofText('string', 2, 2, (text = '', part = '') => {
    const at = text.indexOf(part);
    return at === -1 ? '' : text.slice(0, at);
  }),
  'substring-after': ofText('string', 2, 2, (text = '', part = '') => {
    const at = text.indexOf(part);
    return at === -1 ? '' : text.slice(at + part.length);
  }),
  substring: define('string', 2, 3, ({ budget }, [text = '', first = 1, length = Number.POSITIVE_INFINITY]) =>
    substring(toText(text, budget), toNumber(first, budget), toNumber(length, budget)),
  ),
  'string-length': ofText('number', 0, 1, (text = '') => Array.from(text).length),
  'normalize-space': ofText('string', 0, 1, (text = '') =>
    text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/gu, '').replace(/[ \t\r\n]+/gu, ' '),
  ),
  translate: ofText('string', 3, 3, (text = '', from = '', to = '') => translate(text, from, to)),
  boolean: define('boolean', 1, 1, (_, [operand = '']) => toBoolean(operand)),
  not: define('boolean', 1, 1, (_, [operand = '']) => !toBoolean(operand)),
  true: define('boolean', 0, 0, () => true),
  false: define('boolean', 0, 0, () => false),
  number: define('number', 0, 1, ({ node, budget }, [operand = [node]]) => toNumber(operand, budget)),
  sum: define(
    'number',
    1,
    1,
    ({ budget }, [nodes]) =>
      (nodes as readonly XpathNode[]).reduce((total, node) => total + toNumber([node], budget), 0),
    true,
  ),
  floor: ofNumber(Math.floor),
  ceiling: ofNumber(Math.ceil),
  // "the number that is closest to the argument and that is an integer. If there are two such numbers, then the one that is closest to
  // positive infinity": what Math.round does.
  round: ofNumber(Math.round),
};

// XPath 1.0 §4.2: characters at positions from round(first) to before round(first) + round(length), counted from 1.
function substring(text: string, first: number, length: number): string {
  const start = Math.round(first);
  const end = start + Math.round(length);
  return Array.from(text)
    .filter((_, index) => index + 1 >= start && index + 1 < end)
    .join('');
}

function translate(text: string, from: string, to: string): string {
  const replacements = Array.from(to);
  const map = new Map<string, string>();
  for (const [index, character] of Array.from(from).entries())
    if (!map.has(character)) map.set(character, replacements[index] ?? '');
  return Array.from(text)
    .map((character) => map.get(character) ?? character)
    .join('');
}
