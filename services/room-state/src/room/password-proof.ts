/** A conference password that came with a request, checked against the hash the room had then. */
export type PasswordProof =
  | { readonly kind: 'none' }
  /** `hash`: what it was checked against; another one now means that it has to be checked again. */
  | { readonly kind: 'checked'; readonly hash: string; readonly right: boolean };
