import type { XpathBudget } from './budget.js';
import type { XpathNode } from './nodes.js';

/** Where an expression is evaluated (XPath 1.0 §1). */
export interface XpathContext {
  readonly root: XpathNode;
  readonly node: XpathNode;
  /** From 1. */
  readonly position: number;
  readonly size: number;
  readonly budget: XpathBudget;
}
