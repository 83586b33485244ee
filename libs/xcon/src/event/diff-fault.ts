/**
 * Every way in which a diff cannot be applied. The names are those of RFC 5261 §5.1 but for the last two. A subscriber that meets one
 * subscribes anew (RFC 6502 §5.2).
 */
export const DIFF_FAULTS = {
  'invalid-diff-format': 'not a conference-info-diff',
  'invalid-patch-directive': 'an operation that is none of add, replace and remove',
  'invalid-attribute-value': 'a selector or a directive that cannot be read',
  'invalid-namespace-prefix': 'a prefix that is not declared',
  'invalid-node-types': 'what is to be put in is not of the kind of what is there',
  'invalid-root-element-operation': 'the root element can be replaced, not removed or joined by another',
  'invalid-whitespace-directive': 'no white space where it is to be removed',
  'unlocated-node': 'the selector finds no node, or more than one',
  'unsupported-id-function': 'the function id() is not supported',
  'other-conference': 'the diff is of another conference',
  'diff-too-costly': 'the selectors need more steps than they may take',
} as const;
export type DiffFaultCode = keyof typeof DIFF_FAULTS;

/** Why a diff was not applied, and which of its operations it was, from 0. */
export class DiffFault extends Error {
  override name = 'DiffFault';

  constructor(
    readonly code: DiffFaultCode,
    readonly operation?: number,
  ) {
    super(DIFF_FAULTS[code]);
  }
}
