import { argumentAt, textOption } from '../command-line.js';
import type { Command, CommandArguments, CommandContext } from '../command.types.js';
import { Refused, UsageFault } from '../failures.js';
import { passwordIn } from '../password-file.js';
import { readAccountFile } from './account-file.js';

const passwordFile = {
  type: 'string',
  value: 'FILE',
  help: 'file with the password; without it you are asked',
} as const;

/** From a file, or asked for twice. */
async function newPassword(context: CommandContext, given: CommandArguments): Promise<string> {
  const file = textOption(given, 'password-file');
  const password = file === undefined ? await askTwice(context) : await passwordIn(context.readFile, file);
  if (password === '') throw new UsageFault('the password is empty');
  return password;
}

async function askTwice({ askSecret }: CommandContext): Promise<string> {
  const password = await askSecret('New password');
  if ((await askSecret('The same again')) !== password) throw new UsageFault('that was not the same twice');
  return password;
}

function list(given: CommandArguments, name: string): string[] {
  const value = given.values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

export const addUser: Command = {
  path: ['user', 'add'],
  arguments: ['NAME'],
  summary: 'make an account',
  about: 'Its address of record is sip:NAME@domain. An account of that name is refused: see user passwd.',
  options: {
    'password-file': passwordFile,
    identity: {
      type: 'string',
      multiple: true,
      value: 'URI',
      help: 'further address it may use; may be given several times',
    },
    role: { type: 'string', multiple: true, value: 'ROLE', help: 'system role, such as administrator' },
  },
  examples: [
    ['user add carol', 'asks for the password'],
    ['user add root --role administrator --password-file root.txt', 'may do everything, everywhere'],
    ['user add dave --identity xmpp:dave@example.com', 'one person by two protocols'],
  ],
  async run(context, given) {
    const { accounts, output } = context;
    const username = argumentAt(given, 0);
    if ((await accounts.find(username)) !== undefined)
      throw new Refused(409, `there is an account ${username} already`);
    const password = await newPassword(context, given);
    await accounts.put({ username, password, identities: list(given, 'identity'), systemRoles: list(given, 'role') });
    output.done(`${username} may sign in.`, { username });
  },
};

export const changePassword: Command = {
  path: ['user', 'passwd'],
  arguments: ['NAME'],
  summary: 'give an account a new password',
  options: { 'password-file': passwordFile },
  examples: [
    ['user passwd carol', 'asks for it'],
    ['user passwd carol --password-file carol.txt', 'from a file; - is standard input'],
  ],
  async run(context, given) {
    const { accounts, output } = context;
    const username = argumentAt(given, 0);
    const account = await accounts.find(username);
    if (account === undefined) throw new Refused(404, `there is no account ${username}`);
    const password = await newPassword(context, given);
    await accounts.put({ username, password, identities: account.identities, systemRoles: account.systemRoles });
    output.done(`${username} has a new password.`, { username });
  },
};

export const listUsers: Command = {
  path: ['user', 'list'],
  arguments: [],
  summary: 'the accounts of the system',
  examples: [['user list --json', 'for a program; passwords are nowhere in it']],
  async run({ accounts, output }) {
    const all = await accounts.list();
    output.list({
      headings: ['NAME', 'ADDRESSES', 'ROLES'],
      rows: all.map(({ username, identities, systemRoles }) => [username, identities.join(' '), systemRoles.join(' ')]),
      none: 'There are no accounts. In demo mode every name may sign in, with the name as its password.',
      json: all,
    });
  },
};

export const removeUser: Command = {
  path: ['user', 'remove'],
  arguments: ['NAME'],
  summary: 'take an account away',
  about: 'Whoever is in a room stays there until the next sign-in is asked for; put out with room kick.',
  examples: [['user remove carol', 'at once, without asking again']],
  async run({ accounts, output }, given) {
    const username = argumentAt(given, 0);
    if (!(await accounts.remove(username))) throw new Refused(404, `there is no account ${username}`);
    output.done(`${username} is removed.`, { username, removed: true });
  },
};

export const importUsers: Command = {
  path: ['user', 'import'],
  arguments: ['FILE'],
  summary: 'make or replace many accounts',
  about:
    'FILE holds one JSON object a line: {"username": "carol", "password": "…", "identities": ["xmpp:carol@example.com"], "systemRoles": []};\nor lines of name,password (CSV). The whole file is read first: with a fault in it nothing is done. - is standard input.',
  examples: [
    ['user import people.jsonl', 'one account a line'],
    ['user import people.csv', 'the same with commas'],
  ],
  async run({ accounts, output, readFile }, given) {
    const path = argumentAt(given, 0);
    const read = readAccountFile(await readFile(path));
    if (!read.ok) throw new UsageFault(`${path}: ${read.error}`);
    for (const [index, account] of read.value.entries()) {
      await accounts.put(account);
      output.progress(`${String(index + 1)} of ${String(read.value.length)} accounts`);
    }
    output.progressDone();
    output.done(`${String(read.value.length)} accounts may sign in.`, { accounts: read.value.length });
  },
};
