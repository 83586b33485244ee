import type { XmlElement } from '@plenary/wire/xml';
import { element, textElement } from '../change.js';
import { UsageFault } from '../failures.js';

/** In which part of a conference something stands. */
export type Part = 'description' | 'state' | 'users';

interface Settable {
  readonly part: Part;
  readonly help: string;
  /** Values it takes; without them, any text. */
  readonly values?: readonly string[];
  /** What one or several values of it come to in a change. Attributes of one element are gathered before. */
  readonly build: (value: string) => XmlElement;
  /** For attributes: the element they stand on, and the attribute. */
  readonly attribute?: { readonly element: string; readonly name: string };
}

const booleans = ['true', 'false'];

function text(part: Part, prefix: 'info' | 'xcon', name: string, help: string, values?: readonly string[]): Settable {
  return {
    part,
    help,
    ...(values === undefined ? {} : { values }),
    build: (value) => textElement(prefix, name, value),
  };
}

function targets(name: string, help: string): Settable {
  return {
    part: 'users',
    help,
    build: (value) =>
      element(
        'xcon',
        name,
        {},
        value
          .split(/[,\s]+/)
          .filter((uri) => uri !== '')
          .map((uri) =>
            element('xcon', 'target', { uri, ...(name === 'allowed-users-list' ? { method: 'dial-in' } : {}) }),
          ),
      ),
  };
}

function attribute(on: string, name: string, help: string, values?: readonly string[]): Settable {
  return {
    part: 'description',
    help,
    ...(values === undefined ? {} : { values }),
    attribute: { element: on, name },
    build: (value) => element('chat', on, { [name]: value }),
  };
}

/** Everything `room set` may set, by name. An empty value takes a text away. */
export const settable: Readonly<Record<string, Settable>> = {
  title: text('description', 'info', 'display-text', 'name of the room'),
  subject: text('description', 'info', 'subject', 'what is talked about'),
  description: text('description', 'info', 'free-text', 'what the room is for'),
  keywords: text('description', 'info', 'keywords', 'words to find it by'),
  maximum: text('description', 'info', 'maximum-user-count', 'how many may be in it'),
  'allow-sidebars': text('description', 'xcon', 'allow-sidebars', 'participants may make sidebars', booleans),
  active: text('state', 'info', 'active', 'people may be in it now', booleans),
  locked: text('state', 'info', 'locked', 'nobody new gets in', booleans),
  'join-handling': text('users', 'xcon', 'join-handling', 'what becomes of who wants to enter', [
    'block',
    'allow',
    'authenticate',
    'confirm',
    'directed-operator',
  ]),
  admission: text('users', 'xcon', 'user-admission-policy', 'who may enter', [
    'closedAuthenticated',
    'openAuthenticated',
    'anonymous',
  ]),
  allowed: targets(
    'allowed-users-list',
    'who may enter a closed room: URIs, *@domain, commas between; replaces the list',
  ),
  denied: targets('deny-users-list', 'who may not enter an open room; replaces the list'),
  secret: attribute('room-policy', 'secret', 'outsiders do not learn that it exists', booleans),
  moderated: attribute('room-policy', 'moderated', 'speaking needs voice', booleans),
  'members-only': attribute('room-policy', 'members-only', 'only members enter', booleans),
  nicknames: attribute('room-policy', 'nicknames', 'nicknames may be taken', booleans),
  'nickname-scope': attribute('room-policy', 'nickname-scope', 'where a nickname is unique', ['room', 'system']),
  quarantine: attribute('room-policy', 'quarantine', 'how long a released nickname is kept: PT5M'),
  confusables: attribute('room-policy', 'confusables', 'nicknames that look alike', ['allow', 'refuse']),
  'private-messages': attribute('room-policy', 'private-messages', 'participants may whisper', booleans),
  'on-empty': attribute('room-policy', 'on-empty', 'what becomes of it when all have left', ['delete', 'keep']),
  'empty-grace': attribute('room-policy', 'empty-grace', 'how long after: PT10M'),
  'subject-by': attribute('room-policy', 'subject-by', 'who changes the subject', ['moderators', 'participants']),
  'delete-by': attribute('room-policy', 'delete-by', 'who deletes the room', ['owner', 'moderators']),
  sessions: attribute('room-policy', 'sessions', 'sessions of one user', ['many', 'one', 'replace']),
  'max-message-bytes': attribute('room-policy', 'max-message-bytes', 'largest message'),
  rate: attribute('room-policy', 'rate', 'messages a second of one session'),
  burst: attribute('room-policy', 'burst', 'how many at once'),
  'copy-to-own-sessions': attribute(
    'room-policy',
    'copy-to-own-sessions',
    'a sender’s other sessions get it',
    booleans,
  ),
  'wrapped-types': attribute('room-policy', 'wrapped-types', 'media types that may be sent: "text/plain text/*"'),
  'require-tls': attribute('room-policy', 'require-tls', 'messages over TLS alone', booleans),
  'max-bans': attribute('room-policy', 'max-bans', 'how many may be banned'),
  'history-default': attribute('history', 'default-count', 'messages of the log shown unasked'),
  'history-maximum': attribute('history', 'maximum-count', 'messages of one request at most'),
  'history-retention': attribute('history', 'retention', 'how long the log is kept: P30D'),
  'history-readers': attribute('history', 'readers', 'who reads the log', ['participants', 'members', 'moderators']),
  'history-from-join': attribute('history', 'from-join-only', 'readers see nothing from before they came', booleans),
  'history-on-join': attribute('history', 'on-join', 'who enters is shown some of it', booleans),
};

/** The parts of a change that some `NAME=VALUE` come to. Throws `UsageFault` on a name or value that is none. */
export function changeParts(pairs: readonly string[]): Record<Part, XmlElement[]> {
  const parts: Record<Part, XmlElement[]> = { description: [], state: [], users: [] };
  const attributes = new Map<string, Record<string, string>>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    const found = Object.hasOwn(settable, name) ? settable[name] : undefined;
    if (found === undefined)
      throw new UsageFault(`a room has no ${name}: there are ${Object.keys(settable).join(', ')}`);
    if (equals === -1) throw new UsageFault(`${name} needs a value: ${name}=${found.values?.join('|') ?? '…'}`);
    const value = pair.slice(equals + 1);
    if (found.values?.includes(value) === false)
      throw new UsageFault(`${name} is ${found.values.join(' or ')}, not ${value === '' ? 'empty' : value}`);
    if (found.attribute === undefined) parts[found.part].push(found.build(value));
    else
      attributes.set(found.attribute.element, {
        ...attributes.get(found.attribute.element),
        [found.attribute.name]: value,
      });
  }
  for (const [name, values] of attributes) parts.description.push(element('chat', name, values));
  return parts;
}
