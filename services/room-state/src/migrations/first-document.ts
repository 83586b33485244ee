/** What a room was before it had a document: its columns. */
export interface RoomBefore {
  readonly xcon_uri: string;
  readonly conference_uri: string;
  readonly display_text: string;
  readonly policy: Readonly<Record<string, unknown>>;
  readonly access: Readonly<Record<string, unknown>>;
  readonly closed: boolean;
}

/**
 * The document of a room that was made before rooms had one: it says what the room's policy and access columns said. Moderators are named
 * by the XCON-USERID their AOR had then.
 */
export function firstDocument({ xcon_uri, conference_uri, display_text, policy, access, closed }: RoomBefore): string {
  const members = list(access['members']);
  const moderators = list(access['moderators']);
  const maximum = Number(policy['maximumUserCount'] ?? 0);
  const logged = policy['logged'] === true;
  const description = [
    display_text === '' ? '' : element('display-text', display_text),
    element('conf-uris', '', `<entry>${element('uri', conference_uri)}${element('purpose', 'participation')}</entry>`),
    maximum > 0 ? element('maximum-user-count', String(maximum)) : '',
    '<available-media><entry label="1"><type>message</type>',
    '<chat:file-transfer direction="sendrecv" to="both"/></entry></available-media>',
    '<xcon:allow-sidebars>true</xcon:allow-sidebars>',
    `<chat:room-policy${attributes(policyAttributes(policy, access))}/>`,
  ];
  const users = moderators.map(
    (aor) =>
      `<user entity="${escaped(`xcon-userid:${aor.replace(/^[A-Za-z]+:/, '').toLowerCase()}`)}">` +
      '<roles><entry>moderator</entry></roles></user>',
  );
  const targets = [...new Set([...members, ...moderators])].map(
    (uri) => `<xcon:target uri="${escaped(uri)}" method="dial-in"/>`,
  );
  const lists = [
    '<xcon:join-handling>allow</xcon:join-handling>',
    access['membersOnly'] === false
      ? element('xcon:user-admission-policy', 'openAuthenticated')
      : element('xcon:user-admission-policy', 'closedAuthenticated'),
    targets.length === 0 ? '' : `<xcon:allowed-users-list>${targets.join('')}</xcon:allowed-users-list>`,
  ];
  return [
    '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info"',
    ' xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:chat="urn:x-plenary:ns:chat:1"',
    ` entity="${escaped(xcon_uri)}">`,
    `<conference-description>${description.join('')}</conference-description>`,
    `<conference-state>${element('active', String(!closed))}${element('locked', String(policy['locked'] === true))}`,
    logged ? '<chat:logging active="true"/>' : '',
    `</conference-state><users>${users.join('')}${lists.join('')}</users></conference-info>`,
  ].join('');
}

function policyAttributes(
  policy: Readonly<Record<string, unknown>>,
  access: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string | undefined>> {
  const rate = Number(policy['ratePerSecond'] ?? 0);
  const types = list(policy['wrappedTypes']);
  return {
    moderated: access['moderated'] === true ? 'true' : undefined,
    nicknames: policy['nicknames'] === false ? 'false' : undefined,
    quarantine: `PT${String(Number(policy['nicknameQuarantineSeconds'] ?? 300))}S`,
    'private-messages': policy['privateMessages'] === false ? 'false' : undefined,
    'on-empty': 'keep',
    sessions: access['sessions'] === 'one' || access['sessions'] === 'replace' ? access['sessions'] : undefined,
    'max-message-bytes': text(policy['maxSizeBytes']),
    rate: rate > 0 ? String(Math.ceil(rate)) : undefined,
    burst: Number(policy['rateBurst'] ?? 0) > 0 ? text(policy['rateBurst']) : undefined,
    'copy-to-own-sessions': policy['copyToOwnSessions'] === true ? 'true' : undefined,
    'wrapped-types': types.length === 0 ? undefined : types.join(' '),
  };
}

function attributes(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escaped(value)}"`]))
    .join('');
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function element(name: string, content: string, markup = ''): string {
  return `<${name}>${escaped(content)}${markup}</${name}>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
