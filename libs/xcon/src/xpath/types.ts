import type { Expression, ValueType } from './expression.js';
import { coreFunctions } from './functions.js';
import { XpathError } from './xpath-error.js';

/** The expression, if it gives a node-set; there are no variables, so every type is known. Throws `XpathError` `xpath-type`. */
export function needNodes(expression: Expression): Expression {
  if (typeOf(expression) !== 'nodes') throw new XpathError('xpath-type');
  return expression;
}

/** The type of an expression's value. */
function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'constant':
      return typeof expression.value === 'number' ? 'number' : 'string';
    case 'logic':
      return 'boolean';
    case 'chain':
      return ['+', '-', '*', 'div', 'mod'].includes(expression.rest.at(-1)?.operator ?? '') ? 'number' : 'boolean';
    case 'negation':
      return 'number';
    case 'call':
      return coreFunctions[expression.name]?.returns ?? 'string';
    case 'union':
    case 'path':
      return 'nodes';
  }
}
