import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACCEPTANCE_INPUTS } from '../dialog/acceptance.table.js';
import { createAcceptance, stepAcceptance } from '../dialog/acceptance.js';
import { createInviteUsage, stepInviteUsage } from '../dialog/invite-usage.js';
import { INVITE_USAGE_INPUTS } from '../dialog/invite-usage.table.js';
import { responseTo } from '../response-to.js';
import { requestOf } from '../user-agent/testing.js';
import { createInviteClient, stepInviteClient, type InviteClientInput } from './invite-client.js';
import { INVITE_CLIENT_INPUTS } from './invite-client.table.js';
import { createInviteServer, stepInviteServer, type InviteServerInput } from './invite-server.js';
import { INVITE_SERVER_INPUTS } from './invite-server.table.js';
import { createNonInviteClient, stepNonInviteClient, type NonInviteClientInput } from './non-invite-client.js';
import { NON_INVITE_CLIENT_INPUTS } from './non-invite-client.table.js';
import { createNonInviteServer, stepNonInviteServer, type NonInviteServerInput } from './non-invite-server.js';
import { NON_INVITE_SERVER_INPUTS } from './non-invite-server.table.js';
import type { TransactionOutput } from './table.js';
import { DEFAULT_TIMERS, type TimerName } from './timers.js';

const invite = requestOf('INVITE');
const ok = responseTo(invite, 200, { toTag: 'b' });
const fill = (type: string): object => ({ type, request: invite, response: ok });
const run = { numRuns: 300 };

/**
 * Drives a machine by any inputs, names outside the lists included, and checks what every table promises: nothing throws; a terminated
 * machine never moves or speaks again; it says `terminated` once and leaves no timer it set longer than that.
 */
function drive<M extends { readonly state: string }>(
  start: { machine: M; outputs: readonly TransactionOutput[] },
  step: (machine: M, input: never) => { machine: M; outputs: readonly TransactionOutput[] },
  inputs: readonly string[],
): void {
  let { machine } = start;
  let terminations = 0;
  for (const type of inputs) {
    const before = machine.state;
    const stepped = step(machine, fill(type) as never);
    machine = stepped.machine;
    const types = stepped.outputs.map((output) => output.type);
    if (types.includes('terminated')) terminations += 1;
    if (before === 'Terminated') expect(types).toEqual(['unexpected']);
    if (types.includes('unexpected')) expect(machine.state).toBe(before);
  }
  expect(terminations).toBe(machine.state === 'Terminated' ? 1 : 0);
}

const anyOf = (names: readonly string[]) =>
  fc.array(
    fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...names) }, fc.constantFrom('__proto__', 'toString', 'x')),
    {
      maxLength: 40,
    },
  );

describe('random inputs to the tables never throw', () => {
  it('SIP-014 INVITE server', () => {
    fc.assert(
      fc.property(anyOf(INVITE_SERVER_INPUTS), fc.boolean(), (inputs, reliable) => {
        const start = createInviteServer(responseTo(invite, 100), reliable, DEFAULT_TIMERS);
        drive(start, (machine, input: InviteServerInput) => stepInviteServer(machine, input), inputs);
      }),
      run,
    );
  });

  it('SIP-016 non-INVITE server', () => {
    fc.assert(
      fc.property(anyOf(NON_INVITE_SERVER_INPUTS), fc.boolean(), (inputs, reliable) => {
        const start = createNonInviteServer(reliable, DEFAULT_TIMERS);
        drive(start, (machine, input: NonInviteServerInput) => stepNonInviteServer(machine, input), inputs);
      }),
      run,
    );
  });

  it('SIP-016 INVITE client', () => {
    fc.assert(
      fc.property(anyOf(INVITE_CLIENT_INPUTS), fc.boolean(), (inputs, reliable) => {
        const start = createInviteClient(invite, reliable, DEFAULT_TIMERS);
        drive(start, (machine, input: InviteClientInput) => stepInviteClient(machine, input), inputs);
      }),
      run,
    );
  });

  it('SIP-016 non-INVITE client', () => {
    fc.assert(
      fc.property(anyOf(NON_INVITE_CLIENT_INPUTS), fc.boolean(), (inputs, reliable) => {
        const start = createNonInviteClient(requestOf('BYE'), reliable, DEFAULT_TIMERS);
        drive(start, (machine, input: NonInviteClientInput) => stepNonInviteClient(machine, input), inputs);
      }),
      run,
    );
  });

  it('SIP-023 SIP-028 acceptance and INVITE usage', () => {
    fc.assert(
      fc.property(
        anyOf(ACCEPTANCE_INPUTS),
        anyOf(INVITE_USAGE_INPUTS),
        fc.double({ min: 0, max: 0.999_999 }),
        (a, u, random) => {
          let { acceptance } = createAcceptance(DEFAULT_TIMERS);
          for (const input of a) ({ acceptance } = stepAcceptance(acceptance, input as never));
          expect(acceptance.intervalMs).toBeLessThanOrEqual(DEFAULT_TIMERS.t2Ms);
          let usage = createInviteUsage('uas');
          for (const type of u) {
            const was = usage.state;
            ({ usage } = stepInviteUsage(usage, { type: type as never, random }));
            if (was === 'ended') expect(usage.state).toBe('ended');
          }
        },
      ),
      run,
    );
  });
});

describe('timers belong to transactions that live', () => {
  it('SIP-014 SIP-016 whatever the order, a terminated machine has every timer it set cancelled, fired or forgotten', () => {
    fc.assert(
      fc.property(anyOf(INVITE_CLIENT_INPUTS), (inputs) => {
        const running = new Set<TimerName>();
        let { machine, outputs } = createInviteClient(invite, false, DEFAULT_TIMERS);
        const apply = (): void => {
          for (const output of outputs) {
            if (output.type === 'set-timer') running.add(output.timer);
            if (output.type === 'cancel-timer') running.delete(output.timer);
            if (output.type === 'terminated') running.clear();
          }
        };
        apply();
        for (const type of inputs) {
          // Only timers that run can fire.
          const timer = type.startsWith('timer-') ? (type.slice(6) as TimerName) : undefined;
          if (timer !== undefined && !running.delete(timer)) continue;
          ({ machine, outputs } = stepInviteClient(machine, fill(type) as never));
          expect(outputs.some((output) => output.type === 'unexpected' && timer !== undefined)).toBe(false);
          apply();
          // Nothing hangs: what lives has a timer, except a call in progress, which waits for its answer.
          if (machine.state !== 'Terminated' && machine.state !== 'Proceeding') expect(running.size).toBeGreaterThan(0);
        }
      }),
      run,
    );
  });
});
