import { err, ok, type Result } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { XpathBudget } from './budget.js';
import { evaluate } from './evaluate.js';
import type { Expression } from './expression.js';
import { rootNode } from './nodes.js';
import { parseXpath } from './parse.js';
import { toBoolean } from './values.js';
import { XpathError } from './xpath-error.js';

const xml = 'http://www.w3.org/XML/1998/namespace';

/** What a filter may cost, and what its prefixes mean. */
export interface XpathOptions {
  /** Characters of the expression. Default 4096. */
  readonly length?: number;
  /** Expressions within expressions: parentheses, predicates, arguments. Default 32. */
  readonly depth?: number;
  /** Steps all documents together may take. Default 500,000. */
  readonly steps?: number;
  /** Declarations in force where the filter stood; before the usual `info`, `xcon`, `chat`. */
  readonly prefixes?: ReadonlyMap<string, string>;
}

export const defaultXpathLimits = { length: 4096, depth: 32, steps: 500_000 } as const;

/** A compiled `<xpathFilter>`: it has one budget of steps for all it is asked. */
export interface XpathFilter {
  /** True when the expression is true of the document: a node-set that is not empty, a number but 0, a text that is not empty. */
  matches(document: XmlElement): Result<boolean, XpathError>;
}

/**
 * Compiles a filter of a list message: an expression of XPath 1.0, without variables, the namespace axis, `id()` and `lang()`. A step
 * without prefix matches RFC 4575's and RFC 6501's elements. White space between elements and around texts does not count. `name()` is
 * the local name. Err (400) when it is no such expression or larger than it may be; `matches` errs (510) when the steps are used up.
 *
 * Spec: RFC 6503 §5.3.1, §5.3.2, §5.3.7.   Req: CCMP-061, SEC-017, Q18.
 */
export function compileXpath(text: string, options: XpathOptions = {}): Result<XpathFilter, XpathError> {
  const limits = { ...defaultXpathLimits, ...options };
  if (text.length > limits.length) return err(new XpathError('xpath-too-long'));
  const usual = (['info', 'xcon', 'chat'] as const).map((prefix) => [prefix, namespaces[prefix]] as const);
  const prefixes = new Map<string, string>([...usual, ['xml', xml], ...(options.prefixes ?? [])]);
  const expression = caught(() => parseXpath(text, { prefixes, depth: limits.depth }));
  return expression.ok ? ok(filterOf(expression.value, new XpathBudget(limits.steps))) : expression;
}

function filterOf(expression: Expression, budget: XpathBudget): XpathFilter {
  return {
    matches: (document) =>
      caught(() => {
        const root = rootNode(document);
        return toBoolean(evaluate(expression, { root, node: root, position: 1, size: 1, budget }));
      }),
  };
}

function caught<T>(work: () => T): Result<T, XpathError> {
  try {
    return ok(work());
  } catch (error) {
    if (error instanceof XpathError) return err(error);
    throw error;
  }
}
