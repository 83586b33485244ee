import { err, ok, type Result } from '@plenary/wire';
import type { NewAccount } from '../accounts.js';

/**
 * Reads accounts, one a line: JSON objects, or `name,password` with a heading `username,password` that may be left out; a quoted field
 * may hold commas and doubled quotes. Empty lines and lines that begin with # are passed over. Err: the first fault, with its line.
 */
export function readAccountFile(text: string): Result<readonly NewAccount[], string> {
  const accounts: NewAccount[] = [];
  const names = new Set<string>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || (index === 0 && /^"?username"?\s*,/i.test(trimmed))) continue;
    const account = trimmed.startsWith('{') ? fromJson(trimmed) : fromCsv(line);
    if (typeof account === 'string') return err(`line ${String(index + 1)}: ${account}`);
    if (names.has(account.username)) return err(`line ${String(index + 1)}: ${account.username} is there twice`);
    names.add(account.username);
    accounts.push(account);
  }
  return ok(accounts);
}

function fromJson(line: string): NewAccount | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not JSON';
  }
  const { username, password, identities = [], systemRoles = [] } = value as Record<string, unknown>;
  if (typeof username !== 'string' || username === '') return 'no username';
  if (typeof password !== 'string' || password === '') return 'no password';
  if (!isTexts(identities)) return 'identities is no list of texts';
  if (!isTexts(systemRoles)) return 'systemRoles is no list of texts';
  return { username, password, identities, systemRoles };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function fromCsv(line: string): NewAccount | string {
  const fields = csvFields(line);
  if (fields === undefined) return 'a quote is not closed';
  const [username = '', password = '', ...more] = fields;
  if (more.length > 0) return 'more than name and password: use JSON lines for addresses and roles';
  if (username.trim() === '') return 'no name';
  if (password === '') return 'no password';
  return { username: username.trim(), password, identities: [], systemRoles: [] };
}

// RFC 4180 §2: record = field *(COMMA field), field = (escaped / non-escaped)
function csvFields(line: string): string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const escaped = /^\s*"((?:[^"]|"")*)"\s*(,|$)/.exec(rest);
    const matched = escaped ?? /^([^",]*)(,|$)/.exec(rest);
    if (matched === null) return undefined;
    const [whole, field = '', end] = matched;
    fields.push(escaped === null ? field : field.replaceAll('""', '"'));
    if (end === '') return fields;
    rest = rest.slice(whole.length);
  }
}
