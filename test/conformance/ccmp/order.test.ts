import { beforeAll, expect, it } from 'vitest';
import { ccmpRequest, postCcmp, type CcmpKind, type CcmpParts } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { startCcmp } from '../raw/pod.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const address = (): string => system.stack.address('ccmp', 'CCMP');
const user = (name: string): CcmpUser => new CcmpUser(address(), name);
const describing = (inner: string): string => `<info:conference-description>${inner}</info:conference-description>`;
const wrong = { username: 'alice', password: 'wrong' };
const alicesSubject = { username: 'alice', password: 'alice' };
const nobody = 'xcon-userid:never-seen@localhost';
const noSuchUser = '<userInfo entity="xcon-userid:no-such-user@localhost"/>';
const badValue = '<info:maximum-user-count>many</info:maximum-user-count>';
const otherDomain = '<xcon:cloning-parent>xcon:AUTO_GENERATE_1@other.example</xcon:cloning-parent>';
let open: MadeRoom;
let locked: MadeRoom;
let sidebar = '';

beforeAll(async () => {
  const alice = user('alice');
  for (const name of ['bob', 'carol']) done(await user(name).ask('confs'));
  open = await alice.room(
    'default',
    describing('<chat:room-policy parent-enforced="/conference-description/subject"/>'),
  );
  await system.join(open.uri, 'bob');
  sidebar =
    /<confObjID>([^<]*)/.exec(
      done(await alice.ask('sidebarByVal', { confObjID: open.id, operation: 'create' })).text,
    )?.[1] ?? '';
  locked = await alice.room('default');
  const password = `<info:conf-uris><info:entry><info:uri>${locked.uri}</info:uri><xcon:conference-password>8601</xcon:conference-password></info:entry></info:conf-uris>`;
  await alice.update(locked, describing(password));
}, 60_000);

async function codeOf(kind: CcmpKind, parts: CcmpParts, url = `http://${address()}/ccmp`): Promise<number> {
  return (
    await postCcmp(url, ccmpRequest(kind, { subject: alicesSubject, confUserID: user('alice').userId, ...parts }))
  ).code;
}
const conf = (id: string, inner: string, more: CcmpParts = {}): CcmpParts => ({
  confObjID: id,
  operation: 'update',
  inner: `<confInfo entity="${id}">${inner}</confInfo>`,
  ...more,
});
const as = (name: string): CcmpParts => ({
  subject: { username: name, password: name },
  confUserID: `xcon-userid:${name}@localhost`,
});

it('CCMP-035 of two faults the one that is looked for first is told', async () => {
  const wanted: string[] = [];
  const found: string[] = [];
  const told = async (name: string, code: number, kind: CcmpKind, parts: CcmpParts): Promise<void> => {
    wanted.push(`${name}: ${String(code)}`);
    found.push(`${name}: ${String(await codeOf(kind, parts))}`);
  };
  await told('frame before operation', 400, 'users', { operation: 'create' });
  await told('operation before authentication', 403, 'users', {
    confObjID: open.id,
    operation: 'create',
    subject: wrong,
  });
  await told('unknown extension before authentication', 501, 'extended', {
    confObjID: open.id,
    operation: 'retrieve',
    subject: wrong,
    inner: '<extensionName>none</extensionName>',
  });
  await told('authentication before confUserID', 424, 'conf', {
    confObjID: open.id,
    operation: 'retrieve',
    subject: wrong,
    confUserID: nobody,
  });
  await told('confUserID before object', 421, 'conf', {
    confObjID: 'xcon:gone@localhost',
    operation: 'retrieve',
    confUserID: nobody,
  });
  await told('binding before object', 401, 'conf', {
    confObjID: 'xcon:gone@localhost',
    operation: 'retrieve',
    confUserID: user('bob').userId,
  });
  await told('object before values', 404, 'conf', conf('xcon:gone@localhost', describing(badValue)));
  await told('password before rights', 423, 'conf', { confObjID: locked.id, operation: 'delete', ...as('carol') });
  await told('wrong password before rights', 422, 'conf', {
    confObjID: locked.id,
    operation: 'delete',
    conferencePassword: '1',
    ...as('carol'),
  });
  await told('rights before target', 401, 'user', {
    confObjID: open.id,
    operation: 'delete',
    inner: noSuchUser,
    ...as('bob'),
  });
  await told('rights before values', 401, 'conf', conf(open.id, describing(badValue), as('bob')));
  await told('target before values', 420, 'user', {
    confObjID: open.id,
    operation: 'update',
    inner:
      '<userInfo entity="xcon-userid:no-such-user@localhost"><xcon:provide-anonymity>maybe</xcon:provide-anonymity></userInfo>',
  });
  await told('values before protected', 400, 'sidebarByVal', {
    confObjID: sidebar,
    operation: 'update',
    inner: `<sidebarByValInfo entity="${sidebar}">${describing(`<info:subject>x</info:subject>${badValue}`)}</sidebarByValInfo>`,
  });
  await told('domain before protected', 427, 'sidebarByVal', {
    confObjID: sidebar,
    operation: 'update',
    inner: `<sidebarByValInfo entity="${sidebar}">${describing(`<info:subject>x</info:subject>${otherDomain}`)}</sidebarByValInfo>`,
  });
  await told('protected before conflict', 426, 'sidebarByVal', {
    confObjID: sidebar,
    operation: 'update',
    inner: `<sidebarByValInfo entity="${sidebar}" version="0">${describing('<info:subject>x</info:subject>')}<info:users><xcon:allowed-users-list><xcon:target uri="sip:outsider@localhost" method="dial-in"/></xcon:allowed-users-list></info:users></sidebarByValInfo>`,
  });
  await told('conflict before resources', 409, 'user', {
    confObjID: open.id,
    operation: 'create',
    inner: `<userInfo entity="${user('bob').userId}"/>`,
  });
  expect(found).toEqual(wanted);
});

it('CCMP-035 CCMP-055 what is not offered is 501 before an invalid operation and a wrong password', async () => {
  const pod = await startCcmp(system, { CCMP_MESSAGES_OFF: 'usersRequest' });
  const url = `http://${pod.address}/ccmp`;
  const codes = [
    await codeOf('users', { confObjID: open.id, operation: 'create' }, url),
    await codeOf('users', { confObjID: open.id, operation: 'retrieve', subject: wrong }, url),
    await codeOf('users', { operation: 'retrieve', subject: wrong }, url),
  ];
  await pod.stop();
  expect(codes).toEqual([501, 501, 400]);
});
