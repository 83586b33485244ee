import type { XpathBudget } from './budget.js';
import type { BinaryOperator } from './expression.js';
import { stringValue, type XpathNode } from './nodes.js';

/** What an expression gives: a node-set in document order, or one of the other three types. */
export type Value = readonly XpathNode[] | string | number | boolean;

/** Spec: XPath 1.0 §4.3, `boolean`. */
export function toBoolean(value: Value): boolean {
  if (isNodes(value)) return value.length > 0;
  return typeof value === 'number' ? value !== 0 && !Number.isNaN(value) : Boolean(value);
}

/** Spec: XPath 1.0 §4.2, `string`. */
export function toText(value: Value, budget: XpathBudget): string {
  const text = isNodes(value) ? (value[0] === undefined ? '' : stringValue(value[0], budget)) : asText(value);
  budget.spendText(text.length);
  return text;
}

function asText(value: string | number | boolean): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return String(value);
  // No exponent: XPath 1.0 has none. Twenty digits are more than a double has.
  const text = Math.abs(value) >= 1e21 || (value !== 0 && Math.abs(value) < 1e-6) ? value.toFixed(20) : String(value);
  return Object.is(value, -0) ? '0' : text.replace(/(\.\d*?)0+$/u, '$1').replace(/\.$/u, '');
}

/** Spec: XPath 1.0 §4.4, `number`. */
export function toNumber(value: Value, budget: XpathBudget): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  const text = isNodes(value) ? toText(value, budget) : value;
  return /^[ \t\r\n]*-?(?:\d+(?:\.\d*)?|\.\d+)[ \t\r\n]*$/u.test(text) ? Number(text) : Number.NaN;
}

export function isNodes(value: Value): value is readonly XpathNode[] {
  return typeof value === 'object';
}

/** Arithmetic and comparison of two values. */
export function operate(operator: BinaryOperator, left: Value, right: Value, budget: XpathBudget): number | boolean {
  const numbers = (): [number, number] => [toNumber(left, budget), toNumber(right, budget)];
  switch (operator) {
    case '+':
      return numbers().reduce((one, other) => one + other);
    case '-':
      return numbers().reduce((one, other) => one - other);
    case '*':
      return numbers().reduce((one, other) => one * other);
    case 'div':
      return numbers().reduce((one, other) => one / other);
    case 'mod':
      return numbers().reduce((one, other) => one % other);
    default:
      return compare(operator, left, right, budget);
  }
}

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

// XPath 1.0 §3.4: a comparison with a node-set is true when it is true of one of its nodes.
function compare(operator: Comparison, left: Value, right: Value, budget: XpathBudget): boolean {
  if (isNodes(left) && typeof right !== 'boolean')
    return left.some((node) => compareOne(operator, stringValue(node, budget), right, budget));
  if (isNodes(right) && typeof left !== 'boolean')
    return right.some((node) => compareOne(operator, left, stringValue(node, budget), budget));
  return compareOne(operator, left, right, budget);
}

function compareOne(operator: Comparison, left: Value, right: Value, budget: XpathBudget): boolean {
  if (isNodes(right) && typeof left !== 'boolean') return compare(operator, left, right, budget);
  budget.spend(1);
  if (operator === '=' || operator === '!=') return equals(left, right, budget) === (operator === '=');
  const one = toNumber(isNodes(left) ? toBoolean(left) : left, budget);
  const other = toNumber(isNodes(right) ? toBoolean(right) : right, budget);
  switch (operator) {
    case '<':
      return one < other;
    case '<=':
      return one <= other;
    case '>':
      return one > other;
    case '>=':
      return one >= other;
  }
}

// "If at least one object to be compared is a boolean … Otherwise, if at least one … is a number … Otherwise … strings"
function equals(left: Value, right: Value, budget: XpathBudget): boolean {
  if (typeof left === 'boolean' || typeof right === 'boolean') return toBoolean(left) === toBoolean(right);
  if (typeof left === 'number' || typeof right === 'number') return toNumber(left, budget) === toNumber(right, budget);
  return toText(left, budget) === toText(right, budget);
}
