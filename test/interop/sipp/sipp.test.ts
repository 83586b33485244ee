import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { install, type Installation, type Replica } from '../../integration/focus/installation.js';
import { cure, findSipp, runSipp, type SippRun } from './sipp.js';

const program = findSipp();
// Elsewhere it is listed as not run; CI demands it.
const isDemanded = (process.env['CI'] ?? '') !== '';

if (program !== undefined)
  describe('the focus and SIPp', () => {
    let installation: Installation;
    let replica: Replica;
    beforeAll(async () => {
      installation = await install();
      // SIPp 3.6 reads the first challenge alone, and computes MD5.
      replica = await installation.start({ FOCUS_DIGEST: 'md5' }, { sipTimers: undefined });
    });
    afterAll(() => installation.close());

    const run = (change: Partial<SippRun>): ReturnType<typeof runSipp> =>
      runSipp(program, {
        scenario: 'join.xml',
        port: replica.port,
        transport: 'UDP',
        room: 'lobby',
        user: 'sipp',
        password: 'sipp',
        calls: 10,
        ...change,
      });

    it.each(['UDP', 'TCP'] as const)('ROOM-001 ROOM-011 AUTH-003 ten joins and leaves over %s', async (transport) => {
      const { roomState } = installation;
      const joinsBefore = roomState.count('join');
      const { code, errors } = await run({ transport });
      expect(errors).toBe('');
      expect(code).toBe(0);
      expect(roomState.count('join') - joinsBefore).toBe(10);
      await vi.waitFor(() => expect(roomState.seats.size).toBe(0));
      expect(await replica.context.dialogs.count(replica.context.replica)).toBe(0);
    });

    it('AUTH-007 SIPp with a wrong password does not get in, so that the scenario can fail', async () => {
      const { code } = await run({ calls: 1, password: 'wrong' });
      expect(code).not.toBe(0);
      expect(installation.roomState.seats.size).toBe(0);
    });
  });
else if (isDemanded) it('SIPp is there', () => expect.fail(cure));
else it.skip(`not run: ${cure}`);
