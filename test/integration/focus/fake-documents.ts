import { Refusal, type GetDocumentRequest, type GetDocumentResponse } from '@plenary/proto/roomstate';

/** Somebody in a room, as its document shows it. */
export interface FakeUser {
  readonly nickname?: string;
  readonly status?: string;
  /** URI it is called by; not in the room yet. */
  readonly dialing?: string;
}

/** One room's state, as much of it as documents need; a test changes it and raises the version. */
export class FakeConference {
  readonly user: string;
  version = 1n;
  subject = 'nothing yet';
  readonly users = new Map<string, FakeUser>();
  /** By address of record. */
  readonly refused = new Map<string, Refusal>();
  /** Who sees the hidden. */
  readonly privileged = new Set<string>();
  /** Only the privileged see this user. */
  hidden: string | undefined;
  /** Who asked. */
  readonly asked: string[] = [];

  constructor(user: string) {
    this.user = user;
  }

  get room(): string {
    return `01ROOM${this.user.toUpperCase()}`;
  }

  answer(viewer: string): GetDocumentResponse {
    this.asked.push(viewer);
    const refusal = this.refused.get(viewer);
    if (refusal !== undefined) return { result: { $case: 'refused', value: refusal } };
    const privileged = this.privileged.has(viewer);
    return {
      result: {
        $case: 'view',
        value: {
          room: this.room,
          shard: '003',
          conferenceUri: `sip:${this.user}@localhost`,
          xconUri: `xcon:${this.user}@localhost`,
          version: this.version,
          document: this.text(privileged),
          view: privileged ? 'moderator' : 'member',
          privileged,
        },
      },
    };
  }

  /** The XCON document. */
  text(privileged = false): string {
    const shown = [...this.users].filter(([name]) => privileged || name !== this.hidden);
    return [
      '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info"',
      ' xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:chat="urn:x-plenary:ns:chat:1"',
      ` entity="xcon:${this.user}@localhost" state="full" version="${String(this.version)}">`,
      `<conference-description><display-text>${this.user}</display-text><subject>${this.subject}</subject>`,
      `<conf-uris><entry><uri>sip:${this.user}@localhost</uri><purpose>participation</purpose></entry></conf-uris>`,
      '</conference-description>',
      `<conference-state><user-count>${String(this.users.size)}</user-count><active>true</active><locked>false</locked></conference-state>`,
      '<users>',
      ...shown.map(([name, user]) => userText(name, user)),
      '</users></conference-info>',
    ].join('');
  }
}

function userText(name: string, { nickname, status = 'sendrecv', dialing }: FakeUser): string {
  const nick = nickname === undefined ? '' : ` xcon:nickname="${nickname}"`;
  return [
    `<user entity="xcon-userid:${name}@localhost"${nick}><display-text>${name}</display-text>`,
    `<associated-aors><entry><uri>sip:${name}@localhost</uri></entry></associated-aors>`,
    dialing === undefined
      ? `<endpoint entity="chat-${name}"><status>connected</status><joining-method>dialed-in</joining-method>`
      : `<endpoint entity="${dialing}"><status>dialing-out</status><joining-method>dialed-out</joining-method>`,
    `<media id="1"><type>message</type><status>${status}</status></media></endpoint></user>`,
  ].join('');
}

/** The rooms of a fake room-state that have documents. */
export class FakeDocuments {
  readonly #conferences = new Map<string, FakeConference>();

  /** A new room. */
  add(user: string): FakeConference {
    const conference = new FakeConference(user);
    this.#conferences.set(user, conference);
    return conference;
  }

  answer({ key, viewer }: GetDocumentRequest): GetDocumentResponse {
    const found = [...this.#conferences.values()].find(({ user, room }) =>
      key?.$case === 'room' ? room === key.value : `sip:${user}@localhost` === key?.value,
    );
    return found ? found.answer(viewer?.uris[0] ?? '') : { result: { $case: 'refused', value: Refusal.UNKNOWN_ROOM } };
  }
}
