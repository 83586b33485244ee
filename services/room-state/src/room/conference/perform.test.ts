import { Direction } from '@plenary/proto/chat';
import type { ChatId, ParticipantId, RoomId } from '@plenary/wire';
import { childElements, type XmlElement } from '@plenary/wire/xml';
import { checkDocument, readFragment, type DocumentPart } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { nobody, type Actor } from '../actor.js';
import type { RoomDraft } from '../apply.js';
import { advanceAll, commitChanges } from '../commit.js';
import { decide } from '../decide.js';
import type { Decision } from '../decision.js';
import { admitCommand, claimCommand, testRoom, userIdOf, type TestRoom } from '../testing.js';
import { beforeRights } from './perform.js';
import type { Change, CreateUser, Fresh, PerformCommand, Task, TargetUser } from './command.js';
import { mostRestrictive } from './reconcile.js';

const ns =
  'xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:chat="urn:x-plenary:ns:chat:1"';
const fresh: Fresh = { now: '2026-11-29T12:00:00Z', dialOut: [] };

function change(part: DocumentPart, inner: string, attributes = ''): Change {
  const read = readFragment(`<x ${ns} ${attributes}>${inner}</x>`);
  if (!read.ok) throw read.error;
  return checkDocument(read.value, part, 'change');
}

const target = (name: string): TargetUser => ({
  userId: userIdOf(name),
  uris: [`sip:${name}@localhost`],
  displayText: name,
});
const as = (name: string): Actor => ({
  userId: userIdOf(name),
  uris: [`sip:${name}@localhost`],
  systemRoles: [],
  authenticated: true,
});

function ask(state: RoomDraft, by: string, task: Task, parent?: PerformCommand['parent']): Decision {
  const command: PerformCommand = { kind: 'perform', actor: as(by), password: { kind: 'none' }, parent, task };
  const decision = decide(state, command, { nowMs: 1_000 });
  if (decision.kind === 'events') commitChanges(state, advanceAll(state, decision.events), 0n);
  return decision;
}

const outcome = (decision: Decision): unknown =>
  decision.kind === 'refused' ? decision.code : decision.events.map(({ kind }) => kind);

const roles = (name: string, role: string): string =>
  `<user entity="${userIdOf(name)}"><roles><entry>${role}</entry></roles></user>`;

/** A room of ann, administrator, and mo, moderator, with pat and sue in it. */
function room(form: TestRoom = {}): RoomDraft {
  const draft = testRoom({
    ...form,
    users: roles('ann', 'administrator') + roles('mo', 'moderator') + (form.users ?? ''),
  });
  for (const name of ['ann', 'mo', 'pat', 'sue'])
    for (const command of [
      admitCommand(name, `c-${name}`),
      { kind: 'join', chatId: `c-${name}` as ChatId, edgeId: 'e' } as const,
    ]) {
      const decision = decide(draft, command, { nowMs: 0 });
      if (decision.kind === 'refused') throw new Error(decision.code);
      advanceAll(draft, decision.events);
    }
  return draft;
}

const update = (inner: string, more: Partial<Extract<Task, { kind: 'update-conference' }>> = {}): Task => ({
  kind: 'update-conference',
  change: change('conference-info', inner),
  version: undefined,
  passwordHash: undefined,
  venueFault: false,
  fresh,
  ...more,
});
const updateUser = (name: string, inner: string, more: Partial<Extract<Task, { kind: 'update-user' }>> = {}): Task => ({
  kind: 'update-user',
  target: target(name),
  change: change('user', inner, `entity="${userIdOf(name)}"`),
  nickname: undefined,
  callId: 'call1',
  fresh,
  ...more,
});
const createUser = (name: string, more: Partial<CreateUser> = {}): CreateUser => ({
  kind: 'create-user',
  target: target(name),
  isSelf: false,
  change: undefined,
  nickname: undefined,
  callId: 'call1',
  pending: { chatId: 'p1' as ChatId, pid: 'pp1' as ParticipantId, waitMs: 5_000 },
  fresh,
  ...more,
});
const deleteUser = (name: string): Task => ({ kind: 'delete-user', target: target(name), fresh });

describe('updates of the conference', () => {
  it('CCMP-026 a change is applied whole or not at all, and each part needs its right', () => {
    const state = room({ policy: { 'subject-by': 'participants' } });
    const subject = '<conference-description><subject>s</subject></conference-description>';
    expect(outcome(ask(state, 'pat', update(subject)))).toEqual(['document-changed']);
    const more =
      '<conference-description><subject>t</subject></conference-description><conference-state><locked>true</locked></conference-state>';
    expect(outcome(ask(state, 'pat', update(more)))).toBe('not-permitted');
    expect(state.view.subject).toBe('s');
    expect(outcome(ask(state, 'mo', update(more)))).toEqual(['document-changed', 'policy-changed']);
    expect([state.view.subject, state.policy.locked]).toEqual(['t', true]);
  });

  it('CONF-006 VER-005 what is the server’s to say is not taken, and saying the same again changes nothing', () => {
    const state = room();
    const forged =
      '<conference-description><xcon:cloning-parent>xcon:evil@localhost</xcon:cloning-parent></conference-description>';
    expect(outcome(ask(state, 'ann', update(forged)))).toEqual([]);
    const title = '<conference-description><display-text>T</display-text></conference-description>';
    ask(state, 'ann', update(title));
    const { version, document } = state;
    expect(outcome(ask(state, 'ann', update(title)))).toEqual([]);
    expect([state.version, state.document]).toEqual([version, document]);
  });

  it('LOG-004 logging starts and stops with who and when, and edges are told apart from other policy', () => {
    const state = room();
    const logging = (on: boolean): Task =>
      update(`<conference-state><chat:logging active="${String(on)}"/></conference-state>`);
    expect(outcome(ask(state, 'mo', logging(true)))).toEqual(['document-changed', 'policy-changed', 'logging-changed']);
    expect(state.view.logging).toEqual({ active: true, since: fresh.now, by: userIdOf('mo') });
    ask(state, 'mo', logging(false));
    expect([state.view.logging.active, state.policy.logged]).toEqual([false, false]);
  });

  it('CONF-012 the active flag ends what goes on', () => {
    const state = room();
    const done = outcome(ask(state, 'ann', update('<conference-state><active>false</active></conference-state>')));
    expect(done).toEqual(['document-changed', 'left', 'left', 'left', 'left']);
    expect([state.participants.size, state.view.active]).toEqual([0, false]);
  });

  it('SIDE-007 and sidebars go with it', () => {
    const state = room();
    const { xconUri, document, view } = state;
    state.sidebars.set('S' as RoomId, {
      id: 'S' as RoomId,
      xconUri,
      kind: 'sidebar-by-val',
      document,
      view,
      present: new Set(),
    });
    const ended = ask(state, 'ann', update('<conference-state><active>false</active></conference-state>'));
    expect(ended).toMatchObject({ consequences: [{ room: 'S', command: { kind: 'close', onlyUnused: false } }] });
  });

  it('CCMP-044 CCMP-048 Q22 what stands before rights', () => {
    const none = { kind: 'none' } as const;
    expect(beforeRights(room(), nobody, none, undefined)).toBe('unauthenticated');
    expect(beforeRights(room({ policy: { secret: 'true' } }), nobody, none, undefined)).toBe('no-such-object');
    expect(beforeRights(room({ policy: { secret: 'true' } }), as('eve'), none, undefined)).toBe('no-such-object');
    expect(beforeRights(room(), as('eve'), none, undefined)).toBeUndefined();
    const locked = Object.assign(room(), { passwordHash: 'h' });
    expect(beforeRights(locked, as('ann'), none, undefined)).toBe('password-required');
    expect(beforeRights(Object.assign(room(), { closed: true }), as('ann'), none, undefined)).toBe('no-such-object');
  });
});

describe('users', () => {
  it('POL-021 nobody gives a role above the own one, and the last administrator stays one', () => {
    const state = room();
    const role = (name: string, to: string): Task => updateUser(name, `<roles><entry>${to}</entry></roles>`);
    expect(outcome(ask(state, 'pat', role('pat', 'moderator')))).toBe('protected');
    expect(outcome(ask(state, 'pat', role('sue', 'moderator')))).toBe('not-permitted');
    expect(outcome(ask(state, 'mo', role('pat', 'administrator')))).toBe('protected');
    expect(outcome(ask(state, 'mo', role('ann', 'participant')))).toBe('protected');
    expect(outcome(ask(state, 'ann', role('ann', 'participant')))).toBe('protected');
    expect(outcome(ask(state, 'mo', role('pat', 'moderator')))).toEqual(['document-changed', 'roles-changed']);
    expect(outcome(ask(state, 'ann', role('sue', 'administrator')))).toEqual(['document-changed', 'roles-changed']);
    expect(outcome(ask(state, 'ann', role('ann', 'participant')))).toEqual(['document-changed', 'roles-changed']);
  });

  it('POL-021 nor does who adds somebody, or comes in with more than it has', () => {
    const state = room();
    const given = (name: string, role: string): Change =>
      change('user', `<roles><entry>${role}</entry></roles>`, `entity="${userIdOf(name)}"`);
    const add = (role: string): Task => createUser('eve', { change: given('eve', role) });
    expect(outcome(ask(state, 'mo', add('administrator')))).toBe('protected');
    advanceAll(state, eventsOf(ask(state, 'mo', deleteUser('mo'))));
    const back = createUser('mo', { isSelf: true, change: given('mo', 'administrator') });
    expect(outcome(ask(state, 'mo', back))).toBe('protected');
    expect(outcome(ask(state, 'mo', add('moderator')))).toEqual(['document-changed', 'call-wanted']);
  });

  it('POL-018 FLOOR-004 voice in a moderated room', () => {
    const state = room({ policy: { moderated: 'true' } });
    const media = (name: string, status: string): Task =>
      updateUser(name, `<endpoint entity="c-${name}"><media id="1"><status>${status}</status></media></endpoint>`);
    const allowed = (name: string): Direction | undefined =>
      [...state.participants.values()].find(({ userId }) => userId === userIdOf(name))?.endpoints[0]?.allowed;
    expect([allowed('mo'), allowed('pat')]).toEqual([Direction.SENDRECV, Direction.RECVONLY]);
    expect(outcome(ask(state, 'pat', media('pat', 'sendrecv')))).toBe('protected');
    expect(outcome(ask(state, 'mo', media('pat', 'sendrecv')))).toEqual(['media-changed']);
    expect(outcome(ask(state, 'pat', media('pat', 'inactive')))).toEqual(['media-changed']);
    expect(outcome(ask(state, 'pat', media('pat', 'sendrecv')))).toEqual(['media-changed']);
    // Who becomes a moderator may speak, and who is one no longer may not.
    expect(outcome(ask(state, 'mo', updateUser('sue', '<roles><entry>moderator</entry></roles>')))).toEqual([
      'document-changed',
      'roles-changed',
      'media-changed',
    ]);
    expect(allowed('sue')).toBe(Direction.SENDRECV);
    expect(mostRestrictive(Direction.SENDONLY, Direction.RECVONLY)).toBe(Direction.INACTIVE);
    expect(mostRestrictive(Direction.UNSPECIFIED, Direction.RECVONLY)).toBe(Direction.RECVONLY);
  });

  it('POL-018 a further session of who was muted has no voice either, unless it has one elsewhere', () => {
    const state = room();
    const enters = (chatId: string): void => {
      for (const command of [
        admitCommand('pat', chatId),
        { kind: 'join', chatId: chatId as ChatId, edgeId: 'e' } as const,
      ]) {
        const decision = decide(state, command, { nowMs: 1_000 });
        if (decision.kind === 'events') commitChanges(state, advanceAll(state, decision.events), 0n);
      }
    };
    const granted = (): Direction[] =>
      [...state.participants.values()].flatMap(({ userId, endpoints }) =>
        userId === userIdOf('pat') ? endpoints.map((endpoint) => endpoint.granted) : [],
      );
    const media = (status: string): Task =>
      updateUser('pat', `<endpoint entity="c-pat"><media id="1"><status>${status}</status></media></endpoint>`);
    ask(state, 'mo', media('recvonly'));
    enters('second');
    expect(granted()).toEqual([Direction.RECVONLY, Direction.RECVONLY]);
    ask(state, 'mo', media('sendrecv'));
    enters('third');
    expect(granted()).toEqual([Direction.SENDRECV, Direction.RECVONLY, Direction.SENDRECV]);
  });

  it('POL-020 anonymity is chosen by oneself and changes how one is shown, not who one is', () => {
    const state = room();
    const anonymity = (level: string): Task =>
      updateUser('pat', `<xcon:provide-anonymity>${level}</xcon:provide-anonymity>`);
    expect(outcome(ask(state, 'pat', anonymity('private')))).toEqual(['document-changed', 'participant-changed']);
    const shown = (): unknown => {
      const found = [...state.participants.values()].find(({ userId }) => userId === userIdOf('pat'));
      return [found?.entity, found?.identities, found?.displayName, found?.endpoints.length];
    };
    expect(shown()).toEqual(['sip:p-c-pat@anonymous.invalid', ['sip:p-c-pat@anonymous.invalid'], '', 1]);
    ask(state, 'pat', anonymity(''));
    expect(shown()).toEqual(['sip:pat@localhost', ['sip:pat@localhost'], expect.any(String), 1]);
  });

  it('POL-014 SEC-003 CCMP-081 who removes whom', () => {
    const state = room();
    expect(outcome(ask(state, 'pat', deleteUser('sue')))).toBe('not-permitted');
    expect(outcome(ask(state, 'mo', deleteUser('ann')))).toBe('not-permitted');
    expect(outcome(ask(state, 'mo', deleteUser('sue')))).toEqual(['left']);
    expect(outcome(ask(state, 'mo', deleteUser('sue')))).toBe('no-such-target');
    expect(outcome(ask(state, 'pat', deleteUser('pat')))).toEqual(['left']);
    const flag = '<xcon:allow-remove-users-dynamically>true</xcon:allow-remove-users-dynamically>';
    const allowed = room({ users: `<user entity="${userIdOf('pat')}">${flag}</user>` });
    expect(outcome(ask(allowed, 'pat', deleteUser('sue')))).toEqual(['left']);
  });

  it('POL-022 who is taken off the lists is out at once, seats and calls too', () => {
    const state = room();
    ask(state, 'ann', createUser('eve'));
    decide(state, admitCommand('sue', 'second'), { nowMs: 0 });
    const closed = '<users><xcon:user-admission-policy>closedAuthenticated</xcon:user-admission-policy></users>';
    expect(outcome(ask(state, 'ann', update(closed)))).toEqual(['document-changed', 'left', 'left']);
    expect([...state.participants.values()].map(({ userId }) => userId)).toEqual([userIdOf('ann'), userIdOf('mo')]);
    // She was given a role by name when she was added.
    expect(state.calls.size).toBe(1);
    const deny =
      '<users><xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy><xcon:deny-users-list><xcon:target uri="sip:eve@localhost"/></xcon:deny-users-list></users>';
    expect(outcome(ask(state, 'ann', update(deny)))).toEqual(['document-changed', 'call-gone']);
  });

  it('CCMP-074 CCMP-081 NICK-X-009 adding by a call, with a nickname that is free', () => {
    const state = room();
    advanceAll(state, [...eventsOf(decide(state, claimCommand('c-pat', 'Eve'), { nowMs: 0 }))]);
    const variants = [{ nickname: 'Eve2', nickKey: 'eve2' }];
    const nickname = { kind: 'claim', nickname: 'Eve', nickKey: 'eve', variants } as const;
    expect(outcome(ask(state, 'pat', createUser('eve')))).toBe('not-permitted');
    expect(outcome(ask(state, 'ann', createUser('eve', { target: undefined })))).toBe('no-such-target');
    expect(outcome(ask(state, 'ann', createUser('eve', { target: { ...target('eve'), uris: [] } })))).toBe(
      'bad-request',
    );
    expect(outcome(ask(state, 'ann', createUser('eve', { nickname })))).toEqual([
      'document-changed',
      'nickname-held',
      'call-wanted',
    ]);
    expect(state.calls.get('call1')).toMatchObject({ nickname: 'Eve2', uri: 'sip:eve@localhost', state: 'wanted' });
    expect(outcome(ask(state, 'ann', createUser('eve', { callId: 'call2' })))).toBe('conflict');
    expect(outcome(ask(state, 'ann', createUser('pat')))).toBe('conflict');
    const seat = { ...admitCommand('eve', 'c9').seat, callId: 'call1' };
    advanceAll(state, [...eventsOf(decide(state, { ...admitCommand('eve', 'c9'), seat }, { nowMs: 0 }))]);
    const joined = decide(state, { kind: 'join', chatId: 'c9' as ChatId, edgeId: 'e' }, { nowMs: 0 });
    expect(eventsOf(joined)).toMatchObject([
      { kind: 'joined', participant: { nickname: 'Eve2', endpoints: [{ joiningMethod: 'dialed-out' }] } },
      { kind: 'call-gone' },
    ]);
  });

  it('CONF-019 who becomes a dial-out target is called, once, and not who is kept out', () => {
    const state = room();
    const dialOut = ['eve', 'dan'].map((name) => ({
      target: `sip:${name}@localhost`,
      callId: `call-${name}`,
      uri: `sip:${name}@localhost`,
      userId: userIdOf(name),
      displayName: '',
    }));
    const list = (...names: readonly string[]): string =>
      `<xcon:allowed-users-list>${names.map((name) => `<xcon:target uri="sip:${name}@localhost" method="dial-out"/>`).join('')}</xcon:allowed-users-list>`;
    const set = (inner: string): unknown =>
      outcome(ask(state, 'ann', update(`<users>${inner}</users>`, { fresh: { ...fresh, dialOut } })));
    expect(set(list('eve'))).toEqual(['document-changed', 'call-wanted']);
    state.calls.clear();
    expect(set(list('eve', 'dan'))).toEqual(['document-changed', 'call-wanted']);
    expect([...state.calls.keys()]).toEqual(['call-dan']);
    state.calls.clear();
    set(list() + '<xcon:deny-users-list><xcon:target uri="sip:dan@localhost"/></xcon:deny-users-list>');
    expect(set(list('dan'))).toEqual(['document-changed']);
  });

  it('POL-006 POL-008 who waits is let in or turned away by moderators', () => {
    const state = room();
    ask(state, 'ann', update('<users><xcon:join-handling>confirm</xcon:join-handling></users>'));
    const self = createUser('eve', { isSelf: true });
    expect(outcome(ask(state, 'eve', self))).toEqual(['pending-added']);
    expect(outcome(ask(state, 'eve', self))).toBe('conflict');
    const connect = updateUser('eve', '<endpoint entity="p1"><status>connected</status></endpoint>');
    expect(outcome(ask(state, 'eve', connect))).toBe('protected');
    expect(outcome(ask(state, 'mo', connect))).toEqual(['pending-decided', 'pending-gone', 'call-wanted']);
    advanceAll(state, [...eventsOf(decide(state, admitCommand('dan', 'c8'), { nowMs: 0 }))]);
    expect(outcome(ask(state, 'mo', deleteUser('dan')))).toEqual(['pending-decided']);
  });

  it.each([
    ['is turned away', 'mo', updateUser('eve', '<endpoint entity="p1"><status>disconnected</status></endpoint>')],
    ['is put out', 'mo', deleteUser('eve')],
    ['goes', 'eve', deleteUser('eve')],
    ['waits in vain', 'ann', update('<conference-state><active>false</active></conference-state>')],
  ])('NICK-012 a nickname kept for who waits is free again when it %s', (_what, by, task) => {
    const state = room();
    ask(state, 'ann', update('<users><xcon:join-handling>confirm</xcon:join-handling></users>'));
    const nickname = { kind: 'claim', nickname: 'Eve', nickKey: 'eve', variants: [] } as const;
    ask(state, 'eve', createUser('eve', { isSelf: true, nickname }));
    expect(state.desk.nicknames.get('eve')).toEqual({ userKey: userIdOf('eve'), heldUntilMs: undefined });
    expect(outcome(ask(state, by, task))).toContain('nickname-released');
    expect(state.desk.nicknames.get('eve')?.heldUntilMs).toBeGreaterThanOrEqual(1_000);
  });

  it('CCMP-080 who is put out while it is called does not come in by answering', () => {
    const state = room();
    ask(state, 'ann', createUser('eve'));
    const seat = { ...admitCommand('eve', 'c9').seat, callId: 'call1' };
    advanceAll(state, eventsOf(decide(state, { ...admitCommand('eve', 'c9'), seat }, { nowMs: 0 })));
    expect(outcome(ask(state, 'mo', deleteUser('eve')))).toContain('call-gone');
    expect(outcome(decide(state, { kind: 'join', chatId: 'c9' as ChatId, edgeId: 'e' }, { nowMs: 0 }))).toBe(
      'no-such-call',
    );
  });

  it('ROOM-015 who waited with two sessions is one participant', () => {
    const state = room();
    ask(state, 'ann', update('<users><xcon:join-handling>confirm</xcon:join-handling></users>'));
    const enter = (chatId: string, pendingChatId?: string): Decision => {
      const decision = decide(
        state,
        admitCommand('eve', chatId, 1_000, { pendingChatId: pendingChatId as ChatId | undefined }),
        { nowMs: 0 },
      );
      advanceAll(state, eventsOf(decision));
      return decision;
    };
    for (const chatId of ['w1', 'w2']) enter(chatId);
    const letIn = (chatId: string): Decision =>
      ask(state, 'mo', updateUser('eve', `<endpoint entity="${chatId}"><status>connected</status></endpoint>`));
    for (const chatId of ['w1', 'w2']) letIn(chatId);
    const pids = ['w1', 'w2'].map((chatId) => {
      enter('other', chatId);
      return state.desk.seats.get(chatId as ChatId)?.pid;
    });
    expect(pids).toEqual(['p-w1', 'p-w1']);
  });
});

describe('sidebars', () => {
  const facts = (more: Partial<NonNullable<PerformCommand['parent']>> = {}): PerformCommand['parent'] => ({
    room: 'R',
    shard: '000',
    actorIsHere: true,
    enforced: [],
    members: [target('ann'), target('pat')],
    bans: [],
    isAnonymous: false,
    labels: ['1'],
    ...more,
  });

  it('SIDE-008 only those in the main conference are in a by-val sidebar', () => {
    const state = Object.assign(room(), { kind: 'sidebar-by-val', parentId: 'R' as RoomId });
    expect(outcome(ask(state, 'ann', createUser('dan'), facts()))).toBe('conflict');
    const list = (uri: string): Task =>
      update(
        `<users><xcon:allowed-users-list><xcon:target uri="${uri}" method="dial-in"/></xcon:allowed-users-list></users>`,
      );
    expect(outcome(ask(state, 'ann', list('sip:dan@localhost'), facts()))).toBe('conflict');
    expect(outcome(ask(state, 'ann', list('sip:pat@localhost'), facts()))).toEqual(['document-changed']);
  });

  it('CONF-008 what the main conference keeps to itself is changed there alone, and follows there', () => {
    const maximum = (count: number): string =>
      `<conference-description><maximum-user-count>${String(count)}</maximum-user-count></conference-description>`;
    const state = Object.assign(room(), { kind: 'sidebar-by-ref', parentId: 'R' as RoomId });
    const enforced = ['/conference-description/maximum-user-count'];
    expect(outcome(ask(state, 'ann', update(maximum(3)), facts({ enforced })))).toBe('protected');
    const main = room({
      policy: { 'parent-enforced': enforced.join(' ') },
      description: '<maximum-user-count>9</maximum-user-count>',
    });
    main.sidebars.set('S' as RoomId, {
      id: 'S' as RoomId,
      xconUri: state.xconUri,
      kind: 'sidebar-by-ref',
      document: state.document,
      view: state.view,
      present: new Set(),
    });
    const decision = ask(main, 'ann', update(maximum(7)));
    if (decision.kind !== 'events') throw new Error(decision.code);
    const [consequence] = decision.consequences;
    if (consequence?.kind !== 'command' || consequence.command.kind !== 'perform') throw new Error('nothing follows');
    ask(state, 'ann', consequence.command.task);
    expect(state.view.maximumUserCount).toBe(7);
  });
});

function eventsOf(decision: Decision): Extract<Decision, { kind: 'events' }>['events'] {
  if (decision.kind === 'refused') throw new Error(decision.code);
  return decision.events;
}

it('a document of the tests is in the order in which documents are kept', () => {
  const checked = checkDocument(room().document, 'conference-info', 'whole');
  const names = (element: XmlElement): string[] => childElements(element).map(({ name }) => name);
  expect(checked.ok && names(checked.value)).toEqual(names(room().document));
});
