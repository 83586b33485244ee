import { namespaces } from '../namespaces.js';
import { type Axis, axes, type BinaryOperator, type Expression, type NodeTest, type Step } from './expression.js';
import { coreFunctions } from './functions.js';
import { type Token, tokenize } from './tokens.js';
import { needNodes } from './types.js';
import { XpathError } from './xpath-error.js';

/** What names in an expression mean, and how deep it may nest. */
export interface ParseOptions {
  readonly prefixes: ReadonlyMap<string, string>;
  readonly depth: number;
}

/** Reads an expression, and checks its types. Throws `XpathError`. Spec: XPath 1.0 §2, §3. */
export function parseXpath(text: string, options: ParseOptions): Expression {
  return new Parser(tokenize(text), options).whole();
}

/** Precedence, loosest first; operators of one line associate to the left (XPath 1.0 §3.5). */
const precedence: readonly (readonly BinaryOperator[])[] = [
  ['=', '!='],
  ['<', '<=', '>', '>='],
  ['+', '-'],
  ['*', 'div', 'mod'],
];
const anyNode: Step = { axis: 'descendant-or-self', test: { kind: 'node' }, predicates: [] };

class Parser {
  readonly #tokens: readonly Token[];
  readonly #options: ParseOptions;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], options: ParseOptions) {
    this.#tokens = tokens;
    this.#options = options;
  }

  whole(): Expression {
    const expression = this.#expression();
    if (this.#at < this.#tokens.length) throw new XpathError('xpath-syntax');
    return expression;
  }

  #expression(): Expression {
    if (++this.#depth > this.#options.depth) throw new XpathError('xpath-too-deep');
    const expression = this.#logic('or', () => this.#logic('and', () => this.#chain(0)));
    this.#depth -= 1;
    return expression;
  }

  #logic(operator: 'and' | 'or', next: () => Expression): Expression {
    const operands = [next()];
    while (this.#take('operator', operator)) operands.push(next());
    return operands.length === 1 ? (operands[0] as Expression) : { kind: 'logic', operator, operands };
  }

  #chain(level: number): Expression {
    const operators = precedence[level];
    if (operators === undefined) return this.#negation();
    const first = this.#chain(level + 1);
    const rest: { operator: BinaryOperator; operand: Expression }[] = [];
    for (let operator = this.#one(operators); operator !== undefined; operator = this.#one(operators))
      rest.push({ operator, operand: this.#chain(level + 1) });
    return rest.length === 0 ? first : { kind: 'chain', first, rest };
  }

  #one(operators: readonly BinaryOperator[]): BinaryOperator | undefined {
    return operators.find((operator) => this.#take('operator', operator));
  }

  #negation(): Expression {
    let signs = 0;
    while (this.#take('operator', '-')) signs += 1;
    const operand = this.#union();
    return signs === 0 ? operand : { kind: 'negation', operand, isOdd: signs % 2 === 1 };
  }

  #union(): Expression {
    const operands = [this.#path()];
    while (this.#take('operator', '|')) operands.push(this.#path());
    return operands.length === 1 ? (operands[0] as Expression) : { kind: 'union', operands: operands.map(needNodes) };
  }

  #path(): Expression {
    const isSlash = this.#isNext('operator', '/') || this.#isNext('operator', '//');
    const primary = isSlash ? undefined : this.#primary();
    if (primary === undefined) {
      const from = isSlash ? 'root' : 'context';
      return { kind: 'path', from, predicates: [], steps: this.#steps(from) };
    }
    const predicates = this.#predicates();
    const steps = this.#steps('expression');
    if (predicates.length === 0 && steps.length === 0) return primary;
    return { kind: 'path', from: needNodes(primary), predicates, steps };
  }

  /** Steps with the slashes before them; a path from the context begins with a step, and `/` alone is the root. */
  #steps(from: 'root' | 'context' | 'expression'): Step[] {
    const steps: Step[] = [];
    if (from === 'context') steps.push(this.#step());
    else if (from === 'root' && this.#isNext('operator', '/')) {
      this.#at += 1;
      if (!this.#isStep()) return steps;
      steps.push(this.#step());
    }
    for (;;) {
      if (this.#take('operator', '//')) steps.push(anyNode, this.#step());
      else if (this.#take('operator', '/')) steps.push(this.#step());
      else return steps;
    }
  }

  #isStep(): boolean {
    const next = this.#tokens[this.#at];
    if (next === undefined) return false;
    return (
      next.kind === 'name' || next.kind === 'axis' || next.kind === 'function' || ['.', '..', '@'].includes(next.text)
    );
  }

  #step(): Step {
    if (this.#take('sign', '.')) return { axis: 'self', test: { kind: 'node' }, predicates: [] };
    if (this.#take('sign', '..')) return { axis: 'parent', test: { kind: 'node' }, predicates: [] };
    const axis = this.#axis();
    return { axis, test: this.#test(axis), predicates: this.#predicates() };
  }

  #axis(): Axis {
    if (this.#take('sign', '@')) return 'attribute';
    const named = this.#taken('axis');
    if (named === undefined) return 'child';
    const axis = axes.find((one) => one === named);
    if (axis === undefined) throw new XpathError('xpath-axis');
    this.#need('::');
    return axis;
  }

  #test(axis: Axis): NodeTest {
    const type = this.#taken('function');
    if (type !== undefined) return this.#typeTest(type);
    const text = this.#taken('name');
    if (text === undefined) throw new XpathError('xpath-syntax');
    if (text === '*') return { kind: 'name', namespaces: undefined, name: undefined };
    const colon = text.indexOf(':');
    // An element's name without prefix is one of RFC 4575 or RFC 6501 (Q18: the RFCs' own filters are written so).
    if (colon === -1)
      return { kind: 'name', namespaces: axis === 'attribute' ? [''] : [namespaces.info, namespaces.xcon], name: text };
    const ns = this.#options.prefixes.get(text.slice(0, colon));
    if (ns === undefined) throw new XpathError('xpath-prefix');
    const local = text.slice(colon + 1);
    return { kind: 'name', namespaces: [ns], name: local === '*' ? undefined : local };
  }

  #typeTest(type: string): NodeTest {
    this.#need('(');
    if (type === 'processing-instruction') this.#taken('literal');
    this.#need(')');
    if (type === 'node' || type === 'text') return { kind: type };
    // Documents hold neither comments nor processing instructions.
    if (type === 'comment' || type === 'processing-instruction') return { kind: 'nothing' };
    throw new XpathError('xpath-syntax');
  }

  #predicates(): Expression[] {
    const predicates: Expression[] = [];
    while (this.#take('sign', '[')) {
      predicates.push(this.#expression());
      this.#need(']');
    }
    return predicates;
  }

  #primary(): Expression | undefined {
    const literal = this.#taken('literal');
    if (literal !== undefined) return { kind: 'constant', value: literal };
    const number = this.#taken('number');
    if (number !== undefined) return { kind: 'constant', value: Number(number) };
    if (this.#take('sign', '(')) {
      const expression = this.#expression();
      this.#need(')');
      return expression;
    }
    const next = this.#tokens[this.#at];
    const isCall = next?.kind === 'function' && !nodeTypes.has(next.text);
    return isCall ? this.#call() : undefined;
  }

  #call(): Expression {
    const name = this.#taken('function') ?? '';
    const operands: Expression[] = [];
    this.#need('(');
    if (!this.#take('sign', ')')) {
      do operands.push(this.#expression());
      while (this.#take('sign', ','));
      this.#need(')');
    }
    const known = Object.hasOwn(coreFunctions, name) ? coreFunctions[name] : undefined;
    if (known === undefined || operands.length < known.least || operands.length > known.most)
      throw new XpathError('xpath-function');
    return { kind: 'call', name, operands: known.takesNodes ? operands.map(needNodes) : operands };
  }

  #isNext(kind: Token['kind'], text: string): boolean {
    const next = this.#tokens[this.#at];
    return next?.kind === kind && next.text === text;
  }

  #take(kind: Token['kind'], text: string): boolean {
    if (!this.#isNext(kind, text)) return false;
    this.#at += 1;
    return true;
  }

  #taken(kind: Token['kind']): string | undefined {
    const next = this.#tokens[this.#at];
    if (next?.kind !== kind) return undefined;
    this.#at += 1;
    return next.text;
  }

  #need(sign: string): void {
    if (!this.#take('sign', sign)) throw new XpathError('xpath-syntax');
  }
}

const nodeTypes = new Set(['node', 'text', 'comment', 'processing-instruction']);
