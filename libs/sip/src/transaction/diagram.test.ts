import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { acceptanceTable } from '../dialog/acceptance.table.js';
import { inviteUsageTable } from '../dialog/invite-usage.table.js';
import { subscribeUsageTable } from '../dialog/subscribe-usage.table.js';
import { inviteClientTable } from './invite-client.table.js';
import { inviteServerTable } from './invite-server.table.js';
import { nonInviteClientTable } from './non-invite-client.table.js';
import { nonInviteServerTable } from './non-invite-server.table.js';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

type AnyTable = Readonly<Record<string, Readonly<Record<string, { readonly next: string } | undefined>>>>;

/** The table as a Mermaid diagram: one arrow per pair of states, its inputs joined; what changes no state is left out. */
function diagram(table: AnyTable): string {
  const arrows = new Map<string, string[]>();
  for (const [state, row] of Object.entries(table)) {
    for (const [input, transition] of Object.entries(row)) {
      if (transition === undefined || transition.next === state) continue;
      const arrow = `  ${state} --> ${transition.next}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), input]);
    }
  }
  const lines = [...arrows].map(([arrow, inputs]) => `${arrow}: ${inputs.join(', ')}`);
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${Object.keys(table)[0]}`, ...lines, '```'].join('\n');
}

describe('the diagrams of the README are the tables', () => {
  it.each<[string, AnyTable]>([
    ['SIP-014 SIP-015 INVITE server', inviteServerTable],
    ['SIP-016 non-INVITE server', nonInviteServerTable],
    ['SIP-016 INVITE client', inviteClientTable],
    ['SIP-016 non-INVITE client', nonInviteClientTable],
    ['SIP-023 acceptance', acceptanceTable],
    ['SIP-028 SIP-029 INVITE usage', inviteUsageTable],
    ['EVT-005 EVT-006 subscription of a notifier', subscribeUsageTable],
  ])('%s', (_name, table) => {
    expect(readme).toContain(diagram(table));
  });
});
