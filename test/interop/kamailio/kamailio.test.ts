import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, makeAuthority, writeCertificate } from '@plenary/dev';
import { LeaveCause } from '@plenary/proto/chat';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { install, type Installation, type Replica } from '../../integration/focus/installation.js';
import { cure, findKamailio, startKamailio, type RunningKamailio } from './kamailio.js';

const patience = { timeout: 10_000, interval: 20 };
const program = findKamailio();
// Elsewhere it is listed as not run; CI demands it.
const isDemanded = (process.env['CI'] ?? '') !== '';

if (program !== undefined)
  describe('the focus behind Kamailio', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plenary-kamailio-test-'));
    const started: RunningKamailio[] = [];
    let installation: Installation;
    let replica: Replica;
    let ca: string;
    let entry: { readonly port: number; readonly tlsPort: number };

    beforeAll(async () => {
      const authority = await makeAuthority('test');
      ca = authority.certificate;
      const authorities = writeCertificate(folder, 'authority', authority).certificate;
      const files = writeCertificate(folder, 'here', await authority.issue({ dns: ['localhost'], ip: ['127.0.0.1'] }));
      installation = await install();
      replica = await installation.start({
        FOCUS_TLS_PORT: '0',
        FOCUS_TLS_CERTIFICATE: files.certificate,
        FOCUS_TLS_KEY: files.key,
        FOCUS_TLS_AUTHORITIES: authorities,
      });
      const [port = 0, tlsPort = 0] = await freePorts(2);
      entry = { port, tlsPort };
      const focusUri = `sip:127.0.0.1:${String(replica.server.sipTlsPort)};transport=tls`;
      started.push(await startKamailio(program, { port, focusUri, tls: { port: tlsPort, ...files, authorities } }));
    });
    afterAll(async () => {
      for (const kamailio of started) await kamailio.stop();
      await installation.close();
      rmSync(folder, { recursive: true });
    });

    it.each(['UDP', 'TCP', 'TLS'] as const)(
      'ROOM-001 SIP-020 SIP-035 a join by %s, carried on by TLS; requests of the dialog go both ways through it',
      async (transport) => {
        const port = transport === 'TLS' ? entry.tlsPort : entry.port;
        const client = await installation.client(replica, {
          transport,
          port,
          ...(transport === 'TLS' ? { tls: { ca } } : {}),
        });
        const joined = await client.join();
        expect(joined.dialog.routeSet.length).toBeGreaterThan(0);
        const key = { callId: joined.dialog.callId, localTag: joined.dialog.remoteTag };
        await vi.waitFor(
          async () => expect((await replica.context.dialogs.find(key))?.state).toBe('confirmed'),
          patience,
        );
        const row = await replica.context.dialogs.find(key);
        expect(row?.flow.transport).toBe('TLS');
        const options = await client.inDialog(joined, 'OPTIONS', { authenticate: true });
        expect(options.response.status).toBe(200);
        const bye = await client.inDialog(joined, 'BYE', { authenticate: true });
        expect(bye.response.status).toBe(200);
        await vi.waitFor(async () => expect(await replica.context.dialogs.find(key)).toBeUndefined());
      },
    );

    it.each(['UDP', 'TCP'] as const)(
      'SIP-020 a BYE of the focus reaches a device by %s through it',
      async (transport) => {
        const client = await installation.client(replica, { transport, port: entry.port });
        const joined = await client.join();
        const key = { callId: joined.dialog.callId, localTag: joined.dialog.remoteTag };
        await vi.waitFor(
          async () => expect((await replica.context.dialogs.find(key))?.state).toBe('confirmed'),
          patience,
        );
        const row = await replica.context.dialogs.find(key);
        await installation.publishLeft(row?.media.chatId ?? '', LeaveCause.BOOTED);
        const bye = await client.nextRequest('BYE');
        expect(bye.headers.getAll('Via').join(',').split('SIP/2.0/')).toHaveLength(3);
      },
    );

    it('AUTH-010 nobody asserts an identity through it', async () => {
      const client = await installation.client(replica, { transport: 'UDP', port: entry.port });
      const headers = { 'P-Asserted-Identity': '<sip:bob@localhost>' };
      expect((await client.send(client.build('INVITE', { headers }))).status).toBe(401);
    });
  });
else if (isDemanded) it('Kamailio is there', () => expect.fail(cure));
else it.skip(`not run: ${cure}`);
