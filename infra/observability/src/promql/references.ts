import { tokenize, type Token } from './tokens.js';

/** A condition on a label: `kind="all"`. `value` is without its quotes. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

/** One use of a metric. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/** What an expression says about metrics and their labels. */
export interface References {
  readonly selectors: readonly Selector[];
  /** Labels after `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  readonly grouping: readonly string[];
}

const listsOfLabels = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const aggregations = new Set([
  'sum',
  'min',
  'max',
  'avg',
  'count',
  'count_values',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
]);
const words = new Set(['and', 'or', 'unless', 'bool', 'offset', 'atan2', 'inf', 'nan', 'start', 'end']);

/**
 * Reads which metrics, matchers and grouping labels an expression uses. It is no parser of PromQL: whether the expression is
 * one, Prometheus says. Throws `SyntaxError` where a list of labels or matchers is broken.
 */
export function references(expression: string): References {
  const tokens = tokenize(expression);
  const selectors: Selector[] = [];
  const grouping: string[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    const next = tokens[at + 1];
    at++;
    if (token?.kind !== 'name' || token.text.startsWith('$')) continue;
    const word = token.text.toLowerCase();
    if (listsOfLabels.has(word)) {
      if (next?.text !== '(') continue;
      const end = closing(tokens, at, ')');
      grouping.push(...namesIn(tokens.slice(at + 1, end)));
      at = end + 1;
    } else if (words.has(word) || (aggregations.has(word) && next !== undefined && startsAggregation(next))) {
      continue;
    } else if (next?.text === '{') {
      const end = closing(tokens, at, '}');
      selectors.push({ metric: token.text, matchers: matchersIn(tokens.slice(at + 1, end)) });
      at = end + 1;
    } else if (next?.text !== '(') {
      selectors.push({ metric: token.text, matchers: [] });
    }
  }
  return { selectors, grouping };
}

function startsAggregation(next: Token): boolean {
  return next.text === '(' || listsOfLabels.has(next.text.toLowerCase());
}

function closing(tokens: readonly Token[], from: number, bracket: string): number {
  const end = tokens.findIndex((token, index) => index > from && token.text === bracket);
  if (end === -1) throw new SyntaxError(`no ${bracket} after ${String(tokens[from]?.at)}`);
  return end;
}

function namesIn(tokens: readonly Token[]): string[] {
  return tokens.filter(({ text }) => text !== ',').map(({ text }) => text);
}

function matchersIn(tokens: readonly Token[]): Matcher[] {
  const matchers: Matcher[] = [];
  for (let at = 0; at < tokens.length; at += 4) {
    const [label, operator, value, comma] = tokens.slice(at, at + 4);
    if (label?.kind !== 'name' || operator === undefined || !isOperator(operator.text) || value?.kind !== 'string')
      throw new SyntaxError(`no matcher at ${String(label?.at)}`);
    if (comma !== undefined && comma.text !== ',') throw new SyntaxError(`no comma at ${String(comma.at)}`);
    // The escapes of PromQL strings that these expressions use are those of JSON.
    matchers.push({ label: label.text, operator: operator.text, value: JSON.parse(value.text) as string });
  }
  return matchers;
}

type OperatorToken = Matcher['operator'];

function isOperator(text: string): text is OperatorToken {
  return text === '=' || text === '!=' || text === '=~' || text === '!~';
}
