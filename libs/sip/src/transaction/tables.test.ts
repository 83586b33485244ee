import { describe, expect, it } from 'vitest';
import { ACCEPTANCE_INPUTS, ACCEPTANCE_STATES, acceptanceTable } from '../dialog/acceptance.table.js';
import { INVITE_USAGE_INPUTS, INVITE_USAGE_STATES, inviteUsageTable } from '../dialog/invite-usage.table.js';
import {
  SUBSCRIBE_USAGE_INPUTS,
  SUBSCRIBE_USAGE_STATES,
  subscribeUsageTable,
} from '../dialog/subscribe-usage.table.js';
import { INVITE_CLIENT_INPUTS, INVITE_CLIENT_STATES, inviteClientTable } from './invite-client.table.js';
import { INVITE_SERVER_INPUTS, INVITE_SERVER_STATES, inviteServerTable } from './invite-server.table.js';
import { NON_INVITE_CLIENT_INPUTS, NON_INVITE_CLIENT_STATES, nonInviteClientTable } from './non-invite-client.table.js';
import { NON_INVITE_SERVER_INPUTS, NON_INVITE_SERVER_STATES, nonInviteServerTable } from './non-invite-server.table.js';

type AnyTable = Readonly<
  Record<string, Readonly<Record<string, { next: string; actions: readonly string[] } | undefined>>>
>;

function print(table: AnyTable, states: readonly string[], inputs: readonly string[]): string {
  const lines = states.flatMap((state) =>
    inputs.map((input) => {
      const found = table[state]?.[input];
      const outcome = found === undefined ? 'unexpected' : `${found.next} [${found.actions.join(' ')}]`;
      return `${state} + ${input} -> ${outcome}`;
    }),
  );
  return lines.join('\n');
}

const tables: [name: string, table: AnyTable, states: readonly string[], inputs: readonly string[]][] = [
  ['SIP-014 SIP-015 INVITE server', inviteServerTable, INVITE_SERVER_STATES, INVITE_SERVER_INPUTS],
  ['SIP-016 non-INVITE server', nonInviteServerTable, NON_INVITE_SERVER_STATES, NON_INVITE_SERVER_INPUTS],
  ['SIP-016 INVITE client', inviteClientTable, INVITE_CLIENT_STATES, INVITE_CLIENT_INPUTS],
  ['SIP-016 non-INVITE client', nonInviteClientTable, NON_INVITE_CLIENT_STATES, NON_INVITE_CLIENT_INPUTS],
  ['SIP-023 acceptance of an INVITE', acceptanceTable, ACCEPTANCE_STATES, ACCEPTANCE_INPUTS],
  ['SIP-028 SIP-029 INVITE usage of a dialog', inviteUsageTable, INVITE_USAGE_STATES, INVITE_USAGE_INPUTS],
  ['EVT-005 EVT-006 subscription of a notifier', subscribeUsageTable, SUBSCRIBE_USAGE_STATES, SUBSCRIBE_USAGE_INPUTS],
];

describe('every state and input', () => {
  it.each(tables)('%s', (_name, table, states, inputs) => {
    expect(print(table, states, inputs)).toMatchSnapshot();
  });

  it.each(tables)('%s: names no state or input outside its lists', (_name, table, states, inputs) => {
    expect(Object.keys(table)).toEqual(states);
    for (const row of Object.values(table)) for (const input of Object.keys(row)) expect(inputs).toContain(input);
  });
});
