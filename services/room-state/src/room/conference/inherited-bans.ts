import type { XmlElement } from '@plenary/wire/xml';
import { conferenceView, withBannedTargets, type ConferenceView } from '@plenary/xcon';

/** Whom a conference keeps out by name: what its sidebars have to keep out, too. Nobody is where everybody is admitted (Q14). */
export function bansOf({
  admission,
  banned,
  denied,
}: Pick<ConferenceView, 'admission' | 'banned' | 'denied'>): string[] {
  switch (admission) {
    case 'anonymous':
      return [];
    case 'openAuthenticated':
      return [...new Set([...banned, ...denied])];
    case 'closedAuthenticated':
      return [...new Set(banned)];
    default:
      return admission satisfies never;
  }
}

/**
 * A dependent child with the bans of its parent beside its own: those of `before` that are no longer among `now` go. The same document
 * where nothing differs. Spec: RFC 5239 §7.1. Req: CONF-010.
 */
export function withInheritedBans(
  child: XmlElement,
  { before, now }: { readonly before: readonly string[]; readonly now: readonly string[] },
): XmlElement {
  const { banned } = conferenceView(child);
  const own = banned.filter((uri) => now.includes(uri) || !before.includes(uri));
  const wanted = [...own, ...now.filter((uri) => !own.includes(uri))];
  return wanted.join(' ') === banned.join(' ') ? child : withBannedTargets(child, wanted);
}
