/** One broken invariant, told so that a person can find the place in the recording. */
export interface Violation {
  readonly invariant: InvariantName;
  readonly message: string;
}

export type InvariantName =
  | 'kept'
  | 'once'
  | 'one-order'
  | 'sender-order'
  | 'unchanged'
  | 'nothing-invented'
  | 'refused-is-nothing'
  | 'private-stays-private'
  | 'no-holes'
  | 'history-equal';
