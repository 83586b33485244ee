import { parseArgs } from 'node:util';
import { parseIdentity, err, ok, type Result } from '@plenary/wire';

/** What the command line asks for. */
export interface ChatOptions {
  /** Address of record, `sip:alice@localhost`. */
  readonly user: string;
  readonly username: string;
  readonly password: string;
  /** URI of the room. */
  readonly room: string;
  readonly server: { readonly host: string; readonly port: number };
  readonly transport: 'UDP' | 'TCP' | 'TLS';
  /** Messages over TLS. */
  readonly tls: boolean;
  /** File of the authorities that are believed (PEM). */
  readonly authorities: string | undefined;
  /** Nickname to ask for at once. */
  readonly nickname: string | undefined;
}

/** `help`: the text was asked for. */
export type ChatArguments = { readonly kind: 'help' } | { readonly kind: 'chat'; readonly options: ChatOptions };

const options = {
  as: { type: 'string' },
  password: { type: 'string' },
  server: { type: 'string' },
  transport: { type: 'string' },
  tls: { type: 'boolean', default: false },
  authorities: { type: 'string' },
  nick: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Domain of names without one: that of the demo. */
const defaultDomain = 'localhost';

/** Reads the arguments after the program's name. Err: one line that says what is wrong. */
export function readArguments(argv: readonly string[]): Result<ChatArguments, string> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    // Node's text goes on about `--`; its first sentence says it.
    return err(error instanceof Error ? (error.message.split('. ', 1)[0] ?? '') : 'the arguments cannot be read');
  }
  const { values, positionals } = parsed;
  if (values.help) return ok({ kind: 'help' });
  const [place, ...more] = positionals;
  if (values.as === undefined) return err('say who you are: --as alice');
  if (place === undefined) return err('name a room: lobby, or sip:lobby@localhost');
  if (more.length > 0) return err(`one room at a time, not also ${more.join(' ')}`);
  const user = addressOf(values.as, defaultDomain);
  if (user === undefined) return err(`--as ${values.as} is no user name`);
  const room = addressOf(place, user.domain);
  if (room === undefined) return err(`${place} is no room: write lobby, or sip:lobby@localhost`);
  const isSips = /^sips:/i.test(room.uri);
  const named = values.transport ?? (isSips ? 'tls' : 'udp');
  const transport = named.toUpperCase();
  if (transport !== 'UDP' && transport !== 'TCP' && transport !== 'TLS')
    return err(`--transport is udp, tcp or tls, not ${named}`);
  if (isSips && transport !== 'TLS') return err(`${room.uri} is reached by --transport tls alone`);
  const at = values.server ?? `127.0.0.1:${transport === 'TLS' ? '5061' : '5060'}`;
  const server = /^(\[[\da-fA-F:]+\]|[^\s:]+):(\d{1,5})$/.exec(at);
  const port = Number(server?.[2]);
  if (server === null || port < 1 || port > 65_535) return err(`--server ${at} is not host:port`);
  if (values.authorities !== undefined && !values.tls && transport !== 'TLS')
    return err('--authorities says who is believed with --tls or --transport tls');
  return ok({
    kind: 'chat',
    options: {
      user: user.uri,
      username: user.name,
      password: values.password ?? user.name,
      room: room.uri,
      server: { host: (server[1] ?? '').replace(/^\[|\]$/g, ''), port },
      transport,
      tls: values.tls,
      authorities: values.authorities,
      nickname: values.nick,
    },
  });
}

/** `lobby`, `lobby@example.com` or `sip:lobby@example.com` as a URI; undefined when it is nothing of the kind. */
export function addressOf(
  text: string,
  domain: string,
): { readonly uri: string; readonly name: string; readonly domain: string } | undefined {
  const uri = /^sips?:/i.test(text) ? text : `sip:${text.includes('@') ? text : `${text}@${domain}`}`;
  const identity = parseIdentity(uri);
  if (identity === undefined || identity.user === '' || /[\s"<>]/.test(text)) return undefined;
  const { user, host, port } = identity;
  return { uri, name: user, domain: port === undefined ? host : `${host}:${port}` };
}
