import { createHash } from 'node:crypto';
import { policyOf } from '@plenary/room-state';
import { conferenceView, formatDocument, readFragment } from '@plenary/xcon';

/** A room as its operator would have set it up, by what edges know of it and by who may enter. */
export interface RoomForm {
  readonly uri: string;
  readonly displayText?: string;
  /** Fields of the policy edges have: `logged`, `maximumUserCount`, `maxSizeBytes`, … */
  readonly policy: Readonly<Record<string, unknown>>;
  readonly access: Readonly<Record<string, unknown>>;
}

/** Statement and values that make the row of a room, with `id`, `shard` and `tag` as they are given. */
export function roomRow(
  form: RoomForm,
  { id, shard, tag }: { readonly id: string; readonly shard: string; readonly tag: string },
): { readonly statement: string; readonly values: readonly unknown[] } {
  const host = form.uri.slice(form.uri.lastIndexOf('@') + 1);
  const xconUri = `xcon:${createHash('md5').update(form.uri).digest('hex')}@${host}`;
  const document = roomDocument(form, xconUri);
  const read = readFragment(document);
  if (!read.ok) throw read.error;
  const view = conferenceView(read.value);
  const policy = JSON.stringify(policyOf(view), (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  const knownTo = [...view.users.map(({ entity }) => entity), ...view.allowed.map(({ uri }) => uri)];
  return {
    statement: `with room as (
        insert into room_state.rooms (id, conference_uri, shard, epoch, tag, version, policy, created_by, xcon_uri, document, known_to)
        values ($1, $2, $3, 1, $4, 1, $5, '', $6, $7, $8) returning id, conference_uri)
      insert into room_state.room_uris (room_id, uri) select id, conference_uri from room`,
    values: [id, form.uri, shard, tag, policy, xconUri, formatDocument(read.value), knownTo],
  };
}

/** XML of its document, one element for each thing the policy and the access say. */
function roomDocument({ uri, displayText = '', policy, access }: RoomForm, xconUri: string): string {
  const maximum = Number(policy['maximumUserCount'] ?? 0);
  const members = textsOf(access['members']);
  const moderators = textsOf(access['moderators']);
  const admission = access['membersOnly'] === true ? 'closedAuthenticated' : 'openAuthenticated';
  const targets = members.map((member) => `<xcon:target uri="${member}" method="dial-in"/>`).join('');
  const users = moderators.map(
    (moderator) =>
      `<user entity="xcon-userid:${moderator.replace(/^sips?:/, '')}"><roles><entry>moderator</entry></roles></user>`,
  );
  return `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="${xconUri}"
      xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:chat="urn:x-plenary:ns:chat:1">
    <conference-description>
      ${displayText === '' ? '' : `<display-text>${displayText}</display-text>`}
      <conf-uris><entry><uri>${uri}</uri><purpose>participation</purpose></entry></conf-uris>
      ${maximum > 0 ? `<maximum-user-count>${String(maximum)}</maximum-user-count>` : ''}
      <available-media><entry label="1"><type>message</type>
        <chat:file-transfer direction="sendrecv" to="both"/></entry></available-media>
      <xcon:allow-sidebars>true</xcon:allow-sidebars>
      <chat:room-policy${policyAttributes(policy, access)}/>
    </conference-description>
    <conference-state><active>true</active><locked>${String(policy['locked'] === true)}</locked>
      ${policy['logged'] === true ? '<chat:logging active="true"/>' : ''}</conference-state>
    <users>${users.join('')}<xcon:join-handling>allow</xcon:join-handling>
      <xcon:user-admission-policy>${admission}</xcon:user-admission-policy>
      ${targets === '' ? '' : `<xcon:allowed-users-list>${targets}</xcon:allowed-users-list>`}</users>
  </conference-info>`.replace(/>\s+</g, '><');
}

function policyAttributes(
  policy: Readonly<Record<string, unknown>>,
  access: Readonly<Record<string, unknown>>,
): string {
  const wrapped = textsOf(policy['wrappedTypes']);
  const seconds = Number(policy['nicknameQuarantineSeconds'] ?? 300);
  const text = (value: unknown): string | undefined =>
    typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;
  const values: Readonly<Record<string, string | undefined>> = {
    moderated: text(access['moderated']),
    sessions: text(access['sessions']),
    nicknames: text(policy['nicknames']),
    'private-messages': text(policy['privateMessages']),
    'copy-to-own-sessions': text(policy['copyToOwnSessions']),
    'require-tls': text(policy['requireTls']),
    quarantine: `PT${String(seconds)}S`,
    'max-message-bytes': text(policy['maxSizeBytes']),
    rate: policy['ratePerSecond'] === 0 ? undefined : text(policy['ratePerSecond']),
    burst: policy['rateBurst'] === 0 ? undefined : text(policy['rateBurst']),
    'wrapped-types': wrapped.length === 0 ? undefined : wrapped.join(' '),
    'on-empty': 'keep',
  };
  return Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${value}"`]))
    .join('');
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
