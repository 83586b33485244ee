import type { RosterUser } from '@plenary/client';
import { printable, timeOf } from './format.js';
import type { People } from './people.js';

/** What `/who` says where the room tells who is in it. `count`: how many it says there are, which may be more than it lists. */
export function rosterLines(
  roster: readonly RosterUser[],
  count: number | undefined,
  people: Pick<People, 'nameOf' | 'isOwn'>,
): string[] {
  const total = count ?? roster.length;
  const listed = roster.map((user) => {
    const name = printable(user.nickname ?? people.nameOf(user.uri));
    const alias =
      user.displayName === undefined || user.displayName === name ? '' : ` (${printable(user.displayName)})`;
    const marks = [
      ...(people.isOwn(user.uri) ? ['you'] : []),
      ...user.roles.filter((role) => role !== 'participant').map(printable),
      ...(user.isMuted ? ['muted'] : []),
    ];
    return `  ${name}${alias}  ${printable(user.uri)}${marks.length === 0 ? '' : `  ${marks.join(', ')}`}`;
  });
  const more = total > roster.length ? [`  … and ${String(total - roster.length)} who are not listed`] : [];
  return [`In the room: ${String(total)}`, ...listed, ...more];
}

/** The same where it does not: who was heard. */
export function seenLines(people: Pick<People, 'all' | 'nameOf'>): string[] {
  const { all } = people;
  if (all.length === 0) return ['Seen here so far: nobody but you. Only who says something is seen.'];
  return [
    'Seen here so far, the latest last (who is silent is not listed):',
    ...all.map(({ uri, displayName, lastHeardMs }) => {
      const alias = displayName === '' ? '' : ` (${printable(displayName)})`;
      return `  ${timeOf(lastHeardMs)}  ${people.nameOf(uri)}${alias}  ${uri}`;
    }),
  ];
}
