import { DocumentFault } from '@plenary/xcon';
import type { Actor } from '../room/actor.js';
import type { RefusalCode } from '../room/command.js';
import type { Task } from '../room/conference/command.js';

/** A task with all that had to be found out; `actor` where the request made its requestor a user. */
export type Prepared =
  | { readonly kind: 'task'; readonly task: Task; readonly actor: Actor | undefined }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly detail: string };

/** A request that has to say something and says nothing. */
export const missing = new DocumentFault('document-invalid', '', 'nothing is said');
export const invalid = { kind: 'refused', code: 'operation-invalid', detail: '' } as const;

export function refused(code: RefusalCode, detail = ''): Prepared {
  return { kind: 'refused', code, detail };
}

export function task(made: Task): Prepared {
  return { kind: 'task', task: made, actor: undefined };
}
