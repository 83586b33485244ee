import { settingsTable } from '@plenary/config';
import { devSettings } from './settings.js';
import type { Listener } from './plan.js';
import type { Stack } from './stack.js';

/** What `npm start` shows when everything is up: where things are, who may come in, and what to type next. */
export function welcome(
  stack: Stack,
  about: { dataDir: string; seconds: string; logs: string; authority: string | undefined },
): string {
  const edges = stack.plan.filter(({ kind }) => kind === 'msrp-edge').map(({ name }) => name);
  const { hostname, port, pathname, username } = new URL(stack.postgres.url);
  const home = stack.postgres.home;
  const password = home === undefined ? '' : `, password in ${home}/password`;
  const tlsOf = (service: string, what: Listener['what'], text: string): [string, string][] =>
    stack.plan
      .filter(({ name }) => name === service)
      .flatMap(({ listeners }) => listeners)
      .filter((listener) => listener.what === what)
      .map(({ host, port: tlsPort }) => {
        const place = `${host}:${String(tlsPort)}`;
        return [what === 'CCMPS' ? `https://${place}/ccmp` : place, text];
      });
  const rows: [string, string][] = [
    [stack.address('focus', 'SIP'), 'SIP over UDP and TCP (focus)'],
    ...tlsOf('focus', 'SIPS', 'SIP over TLS (focus)'),
    ...edges.flatMap((name): [string, string][] => [
      [stack.address(name, 'MSRP'), `MSRP over TCP (${name})`],
      ...tlsOf(name, 'MSRPS', `MSRP over TLS (${name})`),
    ]),
    [`http://${stack.address('ccmp', 'CCMP')}/ccmp`, 'conference control: CCMP over HTTP (ccmp)'],
    ...tlsOf('ccmp', 'CCMPS', 'the same over TLS'),
    ...(about.authority === undefined
      ? []
      : [[about.authority, 'authority of these certificates, for clients to believe'] satisfies [string, string]]),
    ...stack.plan.map(({ name }): [string, string] => [
      `http://${stack.address(name, 'health')}/metrics`,
      `metrics of ${name}; probes beside it`,
    ]),
    [`${hostname}:${port}${pathname}`, `PostgreSQL, user ${username}${password}`],
    [stack.broker.natsUrl ?? 'in memory', `bus: ${stack.broker.reason}`],
    [about.logs, 'logs, one file a service'],
  ];
  const width = Math.max(...rows.map(([place]) => place.length));
  const room = (name: string): string => `sip:${name}@${stack.domain}`;
  return `
Ready after ${about.seconds} s, with ${stack.postgres.fresh ? 'new data' : 'the data of the last start'} in ${about.dataDir}.

${rows.map(([place, what]) => `  ${place.padEnd(width)}  ${what}`).join('\n')}

  Users   any name, with the password equal to the name: alice/alice, bob/bob, u17/u17;
          operator/operator administers every room
  Rooms   ${room('lobby')}    open, nothing is kept
          ${room('minutes')}  open, what is said is kept
          ${room('council')}  members only (alice, bob), moderated by alice
          any other name makes a room

Next, in another terminal:   npm run chat -- --as alice lobby
and in a third:              npm run chat -- --as bob lobby
Rooms as their operator:     npm run plenary -- room list

Ctrl-C stops everything.`;
}

/** What `npm start -- --help` shows. */
export function startHelp(): string {
  const lines = settingsTable(devSettings)
    .split('\n')
    .slice(2)
    .map((row) => row.split(/(?<!\\) ?\| ?/).slice(1, 5))
    .map(([name = '', , value = '', meaning = '']) => {
      const text = (markdown: string): string => markdown.replaceAll('`', '');
      return `  ${text(name).padEnd(24)} ${text(value).padEnd(10)} ${text(meaning)}`;
    });
  return `npm start [-- --fresh] [-- --help]

Builds and starts everything on this machine: PostgreSQL, the bus, room-state, history, two msrp-edges, ccmp and focus, in
demo mode, on loopback. Stops on Ctrl-C. The next start uses the same data.

  --fresh   throws away the rooms, messages and logs of earlier starts first
  --help    this text

Settings are environment variables, for example:  FOCUS_SIP_PORT=5070 npm start

  setting                  default    meaning
${lines.join('\n')}

Every setting of a service can be given the same way; the README of each service lists them.`;
}
