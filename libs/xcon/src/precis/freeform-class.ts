import { contextHolds } from './context.js';
import { derivedProperty } from './derived-property.js';

/** Why a code point keeps a string out of the class. */
export interface ClassFault {
  readonly reason: 'disallowed' | 'unassigned' | 'context';
  readonly codePoint: number;
}

/**
 * The first code point that keeps a string out of the FreeformClass (RFC 8264 §4.3), or undefined when the string belongs to it.
 * A surrogate alone is disallowed.
 */
export function freeformFault(text: string): ClassFault | undefined {
  const points = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  for (const [index, codePoint] of points.entries()) {
    switch (derivedProperty(codePoint)) {
      case 'PVALID':
      case 'FREE_PVAL':
        break;
      case 'CONTEXTJ':
      case 'CONTEXTO':
        if (!contextHolds(points, index)) return { reason: 'context', codePoint };
        break;
      case 'UNASSIGNED':
        return { reason: 'unassigned', codePoint };
      default:
        return { reason: 'disallowed', codePoint };
    }
  }
  return undefined;
}
