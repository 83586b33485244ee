/** The axes of XPath 1.0 §2.2, without `namespace`: namespace declarations are not kept in our documents. */
export const axes = [
  'ancestor',
  'ancestor-or-self',
  'attribute',
  'child',
  'descendant',
  'descendant-or-self',
  'following',
  'following-sibling',
  'parent',
  'preceding',
  'preceding-sibling',
  'self',
] as const;
export type Axis = (typeof axes)[number];

/** What a step lets through: a kind of node, or a name in one of several namespaces (`name` or `namespaces` undefined: any). */
export type NodeTest =
  | { readonly kind: 'node' | 'text' | 'nothing' }
  | { readonly kind: 'name'; readonly namespaces: readonly string[] | undefined; readonly name: string | undefined };

export interface Step {
  readonly axis: Axis;
  readonly test: NodeTest;
  readonly predicates: readonly Expression[];
}

export type BinaryOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | 'div' | 'mod';

/** An expression as it was understood. Chains of one precedence are lists, so that depth is nesting and nothing else. */
export type Expression =
  | { readonly kind: 'constant'; readonly value: string | number }
  | { readonly kind: 'logic'; readonly operator: 'and' | 'or'; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'chain';
      readonly first: Expression;
      readonly rest: readonly { readonly operator: BinaryOperator; readonly operand: Expression }[];
    }
  | { readonly kind: 'negation'; readonly operand: Expression; readonly isOdd: boolean }
  | { readonly kind: 'union'; readonly operands: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'path';
      readonly from: 'root' | 'context' | Expression;
      /** Of `from`, where it is an expression. */
      readonly predicates: readonly Expression[];
      readonly steps: readonly Step[];
    };

/** The four types of XPath 1.0. */
export type ValueType = 'nodes' | 'string' | 'number' | 'boolean';
