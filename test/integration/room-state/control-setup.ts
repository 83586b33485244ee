import type { Performed } from '@plenary/room-state';
import { afterAll, beforeAll, expect } from 'vitest';
import { control, viewOf, type Step } from './control.js';
import { enter, install, type Entered, type Installation, type Replica } from './replicas.js';

/** Two replicas in demo mode, and what a test of conference control asks of them; each step goes to the other one. */
export interface ControlSetup {
  readonly installation: () => Installation;
  readonly next: () => Replica;
  readonly ask: (
    by: string,
    message: Step['message'],
    operation: Step['operation'],
    step?: Partial<Step>,
  ) => Promise<Performed>;
  readonly create: (by?: string, body?: string) => Promise<Performed>;
  readonly retrieve: (object: string, by?: string, step?: Partial<Step>) => Promise<Performed>;
  readonly update: (object: string, body: string, by?: string, step?: Partial<Step>) => Promise<Performed>;
  readonly join: (made: Performed, user: string) => Promise<Entered>;
}

/** Nothing happens by itself but what a test asks for. */
export const quietDemo = { PLENARY_DEMO: 'true', ROOM_STATE_SWEEP_MS: '3600000' };

const names = ['alice', 'bob', 'carol', 'dan', 'eve', 'claire', 'duck', 'mallory'];

/** The SIP URI of a conference that was made. */
export function sipOf(made: Performed): string {
  return viewOf(made).confUris.find(({ uri }) => uri.startsWith('sip:'))?.uri ?? '';
}

export function description(inner: string): string {
  return `<conference-description>${inner}</conference-description>`;
}

/** Started before the tests of the file and stopped after them. */
export function useControl(): ControlSetup {
  let installed: Installation | undefined;
  let replicas: Replica[] = [];
  let turn = 0;
  const next = (): Replica => replicas[++turn % replicas.length] as Replica;
  const ask: ControlSetup['ask'] = (by, message, operation, step = {}) =>
    control(next(), { by, message, operation, ...step });
  beforeAll(async () => {
    installed = await install('memory');
    replicas = [await installed.start(quietDemo), await installed.start(quietDemo)];
    for (const name of names) await next().context.reads.authentication.byPassword(name, name, '');
  });
  afterAll(() => installed?.close());
  return {
    next,
    ask,
    installation() {
      if (installed === undefined) throw new Error('nothing is started');
      return installed;
    },
    async create(by = 'alice', body) {
      const made = await ask(by, 'conf', 'create', body === undefined ? {} : { body });
      expect(made).toMatchObject({ code: 200, version: 1n });
      return made;
    },
    retrieve: (object, by = 'alice', step = {}) => ask(by, 'conf', 'retrieve', { object, ...step }),
    update: (object, body, by = 'alice', step = {}) => ask(by, 'conf', 'update', { object, body, ...step }),
    join: (made, user) => enter(next(), sipOf(made), user),
  };
}
