import { type UserView, userView, namespaces } from '@plenary/xcon';
import { childrenNamed } from '@plenary/wire/xml';
import type { Control } from '../control.js';
import { UsageFault } from '../failures.js';

/** Everybody a room knows of, as the asker may see them. */
export async function usersOf(control: Control, room: string): Promise<readonly UserView[]> {
  const { info } = await control.ask({ kind: 'users', operation: 'retrieve', confObjId: room });
  return childrenNamed(info, namespaces.info, 'user').map(userView);
}

/**
 * The XCON-USERID of the person a word means. An XCON-USERID is taken as it is. Otherwise the room's users are looked at: URI, nickname,
 * name before the @, display text, in this order; nobody there: the user of that name in our domain. Throws `UsageFault` when several fit:
 * a nickname proves nothing, so what is done is done to an id.
 */
export async function findUser(control: Control, room: string, word: string, domain: string): Promise<string> {
  if (/^xcon-userid:/i.test(word)) return word;
  const users = await usersOf(control, room);
  const wanted = word.toLowerCase();
  const uris = new Set([wanted, `sip:${wanted}`, `sip:${wanted}@${domain}`]);
  const rules: readonly ((user: UserView) => boolean)[] = [
    (user) => uriOf(user).some((uri) => uris.has(uri.toLowerCase())),
    (user) => user.nickname?.toLowerCase() === wanted,
    (user) => namePart(user.entity) === wanted,
    (user) => user.displayText.toLowerCase() === wanted,
  ];
  for (const rule of rules) {
    const fitting = users.filter(rule);
    const [only, ...others] = fitting;
    if (only === undefined) continue;
    if (others.length > 0)
      throw new UsageFault(
        `${word} may be any of ${fitting.map(({ entity }) => entity).join(', ')}: name one of these`,
      );
    return only.entity;
  }
  return `xcon-userid:${word.replace(/^[a-z][a-z0-9+.-]*:/i, '')}${word.includes('@') ? '' : `@${domain}`}`;
}

function uriOf({ uris, endpoints }: UserView): string[] {
  return [...uris, ...endpoints.flatMap(({ entity, contact }) => [entity, contact])];
}

function namePart(entity: string): string {
  return entity
    .replace(/^xcon-userid:/i, '')
    .replace(/@.*$/, '')
    .toLowerCase();
}

/** A word as the URI somebody can be called at. */
export function addressOf(word: string, domain: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(word)) return word;
  return `sip:${word}${word.includes('@') ? '' : `@${domain}`}`;
}
