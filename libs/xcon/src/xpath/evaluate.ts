import { nodesOn, passes } from './axes.js';
import type { XpathContext } from './context.js';
import type { Expression, Step } from './expression.js';
import { coreFunctions } from './functions.js';
import { inDocumentOrder, type XpathNode } from './nodes.js';
import { operate, toBoolean, toNumber, type Value } from './values.js';

/** The value of an expression. Throws `XpathError` `xpath-too-costly`. Spec: XPath 1.0 §3. */
export function evaluate(expression: Expression, context: XpathContext): Value {
  const { budget } = context;
  budget.spend(1);
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'logic': {
      const isTrue = (operand: Expression): boolean => toBoolean(evaluate(operand, context));
      return expression.operator === 'and' ? expression.operands.every(isTrue) : expression.operands.some(isTrue);
    }
    case 'chain':
      return expression.rest.reduce<Value>(
        (value, { operator, operand }) => operate(operator, value, evaluate(operand, context), budget),
        evaluate(expression.first, context),
      );
    case 'negation': {
      const number = toNumber(evaluate(expression.operand, context), budget);
      return expression.isOdd ? -number : number;
    }
    case 'union':
      return inDocumentOrder(
        expression.operands.flatMap((operand) => nodesOf(operand, context)),
        budget,
      );
    case 'call':
      return (
        coreFunctions[expression.name]?.call(
          context,
          expression.operands.map((operand) => evaluate(operand, context)),
        ) ?? ''
      );
    case 'path': {
      const { from } = expression;
      const start = from === 'root' ? [context.root] : from === 'context' ? [context.node] : nodesOf(from, context);
      const kept = expression.predicates.reduce((nodes, predicate) => filtered(nodes, predicate, context), start);
      return expression.steps.reduce<readonly XpathNode[]>((nodes, step) => stepFrom(nodes, step, context), kept);
    }
  }
}

/** The value of an expression whose type is known to be a node-set. */
function nodesOf(expression: Expression, context: XpathContext): readonly XpathNode[] {
  return evaluate(expression, context) as readonly XpathNode[];
}

function stepFrom(nodes: readonly XpathNode[], step: Step, context: XpathContext): readonly XpathNode[] {
  const { axis, test, predicates } = step;
  const found = nodes.flatMap((node) => {
    const candidates = nodesOn(axis, node, context.budget).filter((candidate) => passes(test, axis, candidate));
    return predicates.reduce<readonly XpathNode[]>((list, predicate) => filtered(list, predicate, context), candidates);
  });
  // From one node, or along an axis whose nodes belong to one parent each, what is found in order stays in order.
  const isOrdered = axis === 'self' || axis === 'attribute' || (nodes.length === 1 && !isReverse(axis));
  return isOrdered ? found : inDocumentOrder(found, context.budget);
}

function isReverse(axis: Step['axis']): boolean {
  return axis.startsWith('ancestor') || axis.startsWith('preceding');
}

// XPath 1.0 §2.4: "If the result is a number, the result will be converted to true if the number is equal to the context position"
function filtered(nodes: readonly XpathNode[], predicate: Expression, context: XpathContext): readonly XpathNode[] {
  return nodes.filter((node, index) => {
    const value = evaluate(predicate, { ...context, node, position: index + 1, size: nodes.length });
    return typeof value === 'number' ? value === index + 1 : toBoolean(value);
  });
}
