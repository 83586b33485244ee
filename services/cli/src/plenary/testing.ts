import { Readable } from 'node:stream';
import type { CcmpRequestToSend, CcmpResponse } from '@plenary/xcon';
import { namespaces, readFragment } from '@plenary/xcon';
import type { XmlElement } from '@plenary/wire/xml';
import type { Accounts, NewAccount } from './accounts.js';
import type { ExitCode } from './failures.js';
import { runProgram } from './program.js';

/** What one run of the program said and asked. */
export interface Run {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
  readonly asked: readonly CcmpRequestToSend[];
  readonly json: unknown;
}

export interface RunOptions {
  readonly answer?: (request: CcmpRequestToSend) => Partial<CcmpResponse>;
  readonly env?: Readonly<Record<string, string>>;
  readonly accounts?: Accounts;
  readonly stdin?: string;
  readonly isTTY?: boolean;
}

/** Runs the program on a server that answers as told: 200 with nothing in it, without `answer`. */
export async function run(line: string | readonly string[], options: RunOptions = {}): Promise<Run> {
  const asked: CcmpRequestToSend[] = [];
  const said = { stdout: '', stderr: '' };
  const argv = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line;
  const sink = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      said[name] += text;
      return true;
    },
    isTTY: options.isTTY === true,
    once: () => sink(name) as never,
  });
  const stdin = Object.assign(Readable.from([options.stdin ?? '']), { isTTY: false }) as never;
  const code = await runProgram(
    { argv, env: options.env ?? {}, stdin, stdout: sink('stdout'), stderr: sink('stderr') },
    {
      exchange: (request) => {
        asked.push(request);
        const response = options.answer?.(request) ?? {};
        return Promise.resolve({ kind: request.kind, spelling: namespaces.ccmp, code: 200, ...response });
      },
      accounts: options.accounts,
    },
  );
  const isJson = argv.includes('--json') && said.stdout !== '';
  return { code, ...said, asked, json: isJson ? (JSON.parse(said.stdout) as unknown) : undefined };
}

/** An element as XML says it; prefixes as in conference documents. */
export function xml(text: string): XmlElement {
  const declared = text.replace(
    /^<([\w:-]+)/,
    (start) => `${start} xmlns="${namespaces.info}" xmlns:xcon="${namespaces.xcon}" xmlns:chat="${namespaces.chat}"`,
  );
  const read = readFragment(declared);
  if (!read.ok) throw read.error;
  return read.value;
}

/** Accounts in memory. */
export function memoryAccounts(): Accounts & { readonly kept: Map<string, NewAccount> } {
  const kept = new Map<string, NewAccount>();
  const shown = ({ username, identities, systemRoles }: NewAccount) => ({
    username,
    identities: [`sip:${username}@localhost`, ...identities],
    systemRoles: [...systemRoles],
  });
  return {
    kept,
    put: (account) => {
      kept.set(account.username, account);
      return Promise.resolve();
    },
    remove: (username) => Promise.resolve(kept.delete(username)),
    list: () => Promise.resolve([...kept.values()].map(shown)),
    find: (username) => {
      const found = kept.get(username);
      return Promise.resolve(found === undefined ? undefined : shown(found));
    },
    close: () => undefined,
  };
}

/** A room as the server tells of it: alice moderates, bob is there, carol waits. */
export const lobby = xml(
  `<conference-info entity="xcon:lobby@localhost" version="12"><conference-description><display-text>The lobby</display-text><subject>Talk</subject>
  <conf-uris><entry><uri>sip:lobby@localhost</uri><purpose>participation</purpose></entry></conf-uris>
  <available-media><entry label="1"><type>message</type></entry></available-media><chat:room-policy moderated="true"/></conference-description>
  <conference-state><user-count>2</user-count><active>true</active><locked>false</locked></conference-state>
  <users><xcon:join-handling>allow</xcon:join-handling><xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>
  <xcon:deny-users-list><xcon:target uri="sip:mallory@localhost"/></xcon:deny-users-list>
  <user entity="xcon-userid:alice@localhost" xcon:nickname="Ally"><display-text>Alice</display-text><roles><entry>moderator</entry></roles>
  <endpoint entity="aaaaaaaaaaaa"><status>connected</status><media id="1"><type>message</type><status>sendrecv</status></media></endpoint></user>
  <user entity="xcon-userid:bob@localhost"><display-text>Bob</display-text><roles><entry>participant</entry></roles>
  <endpoint entity="bbbbbbbbbbbb"><status>connected</status><media id="1"><type>message</type><status>recvonly</status></media></endpoint></user>
  <user entity="xcon-userid:carol@localhost"><endpoint entity="cccccccccccc"><status>pending</status></endpoint></user></users></conference-info>`,
);

/** The server of that room. */
export function lobbyServer(request: CcmpRequestToSend): Partial<CcmpResponse> {
  const users = lobby.children.find((child) => typeof child !== 'string' && child.name === 'users') as XmlElement;
  switch (`${request.kind}/${request.operation ?? ''}`) {
    case 'confs/':
      return {
        info: xml(
          '<confsInfo><entry><uri>xcon:lobby@localhost</uri><display-text>The lobby</display-text><purpose>For all</purpose></entry></confsInfo>',
        ),
      };
    case 'conf/retrieve':
      return { info: lobby, version: 12 };
    case 'users/retrieve':
      return { info: users, version: 12 };
    default:
      return { version: 13 };
  }
}
