import type { XmlElement } from '@plenary/wire/xml';
import { chat, info, infoText, xcon, xconText } from '../document/elements.js';

/** Largest message and file, octets. */
const maxBytes = String(16 * 1024 * 1024);

/** What makes one blueprint, or one demo room, another than the next. */
export interface Form {
  readonly displayText: string;
  /** What it is for, in a sentence. */
  readonly freeText: string;
  readonly keywords: readonly string[];
  readonly maximumUserCount: number;
  /** What is left when the last one has gone. */
  readonly onEmpty: 'delete' | 'keep';
  readonly moderated: boolean;
  /** Only who is on the allowed list, or manages the room. */
  readonly membersOnly: boolean;
  /** A room made of it gets a password. */
  readonly passwordProtected: boolean;
  readonly logged: boolean;
  /** Since when it is logged, RFC 3339; undefined: from when a room is made of it. */
  readonly loggedSince: string | undefined;
  /** URIs of the allowed list. */
  readonly allowed: readonly string[];
  /** XCON-USERIDs of its moderators. */
  readonly moderators: readonly string[];
  /** The SIP conference URI; undefined: nobody enters it. */
  readonly conferenceUri: string | undefined;
  readonly active: boolean;
}

export const plainForm: Form = {
  displayText: '',
  freeText: '',
  keywords: ['chat'],
  maximumUserCount: 20_000,
  onEmpty: 'keep',
  moderated: false,
  membersOnly: false,
  passwordProtected: false,
  logged: false,
  loggedSince: undefined,
  allowed: [],
  moderators: [],
  conferenceUri: undefined,
  active: false,
};

/** The conference document of a form, in the order of RFC 6501, complete. Req: CONF-002, CONF-023, FILE-X-001. */
export function documentOf(entity: string, form: Form): XmlElement {
  const description = info('conference-description', {}, [
    infoText('display-text', form.displayText),
    infoText('free-text', form.freeText),
    infoText('keywords', form.keywords.join(' ')),
    form.conferenceUri === undefined ? undefined : info('conf-uris', {}, [participationUri(form.conferenceUri)]),
    info('maximum-user-count', {}, [String(form.maximumUserCount)]),
    info('available-media', {}, [chatMedia()]),
    xcon('allow-sidebars', {}, ['true']),
    roomPolicy(form),
    form.logged ? chat('history', { readers: 'participants', 'on-join': 'true', 'legal-hold': 'false' }) : undefined,
  ]);
  return info('conference-info', { entity }, [
    { ...description, attributes: [{ ns: 'http://www.w3.org/XML/1998/namespace', name: 'lang', value: 'en' }] },
    info('conference-state', {}, [
      info('active', {}, [String(form.active)]),
      info('locked', {}, ['false']),
      xconText('allow-conference-event-subscription', 'true'),
      form.logged ? chat('logging', { active: 'true', since: form.loggedSince }) : undefined,
    ]),
    info('users', {}, [
      ...form.moderators.map((id) =>
        info('user', { entity: id }, [info('roles', {}, [info('entry', {}, ['moderator'])])]),
      ),
      xcon('join-handling', {}, ['allow']),
      xcon('user-admission-policy', {}, [form.membersOnly ? 'closedAuthenticated' : 'openAuthenticated']),
      form.allowed.length > 0
        ? xcon(
            'allowed-users-list',
            {},
            form.allowed.map((uri) => xcon('target', { uri, method: 'dial-in' }, [])),
          )
        : undefined,
    ]),
  ]);
}

function participationUri(uri: string): XmlElement {
  return info('entry', {}, [info('uri', {}, [uri]), info('purpose', {}, ['participation'])]);
}

/** The one medium of a chat room, with the files it takes. */
function chatMedia(): XmlElement {
  return info('entry', { label: '1' }, [
    info('display-text', {}, ['messages']),
    info('type', {}, ['message']),
    info('status', {}, ['sendrecv']),
    chat('file-transfer', { direction: 'sendrecv', 'max-size': maxBytes, to: 'both', 'keep-content': 'false' }),
  ]);
}

function roomPolicy({ moderated, passwordProtected, onEmpty }: Form): XmlElement {
  return chat('room-policy', {
    secret: 'false',
    moderated: String(moderated),
    'password-protected': passwordProtected ? 'true' : undefined,
    nicknames: 'true',
    'nickname-scope': 'room',
    quarantine: 'PT5M',
    'private-messages': 'true',
    'on-empty': onEmpty,
    'empty-grace': 'PT5M',
    'subject-by': 'moderators',
    'delete-by': 'owner',
    sessions: 'many',
    'max-message-bytes': maxBytes,
  });
}
