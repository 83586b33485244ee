import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { makeAuthority, makeSelfSigned, openAuthority, provideDevCertificates, writeCertificate } from './index.js';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'plenary-certificates-'));
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
});

/** The common name a client sees that believes `ca`; rejects where the handshake fails. */
async function handshake(server: { certificate: string; key: string }, ca: string, host = 'localhost') {
  const listening = createServer({ cert: server.certificate, key: server.key }, (socket) => socket.end());
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  listening.on('tlsClientError', () => undefined);
  const { port } = listening.address() as AddressInfo;
  try {
    return await new Promise<string>((resolve, reject) => {
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername: host, ca }, () => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      socket.once('error', reject);
    });
  } finally {
    listening.close();
  }
}

describe('made certificates', () => {
  it('are taken by who believes their authority, under their names alone', async () => {
    const authority = await makeAuthority('Ours');
    const server = await authority.issue({ dns: ['localhost'], ip: ['127.0.0.1'] });
    expect(await handshake(server, authority.certificate)).toBe('localhost');
    await expect(handshake(server, authority.certificate, 'elsewhere.example')).rejects.toThrow(/altnames/);
    await expect(handshake(server, (await makeAuthority('Theirs')).certificate)).rejects.toThrow(/certificate/);
  });

  it('end when they are told to', async () => {
    const authority = await makeAuthority('Ours');
    const over = await authority.issue({ dns: ['localhost'], expiresAtMs: Date.now() - 1_000 });
    await expect(handshake(over, authority.certificate)).rejects.toThrow(/expired/);
    const early = await authority.issue({ dns: ['localhost'], beginsAtMs: Date.now() + 3_600_000 });
    await expect(handshake(early, authority.certificate)).rejects.toThrow(/not yet valid/);
  });

  it('an authority opened from its files goes on issuing', async () => {
    const authority = await makeAuthority('Ours');
    const again = await openAuthority({ certificate: authority.certificate, key: authority.key });
    expect(await handshake(await again.issue({ dns: ['localhost'] }), authority.certificate)).toBe('localhost');
  });

  it('one that signs itself is believed as it is', async () => {
    const alone = await makeSelfSigned({ dns: ['localhost'] });
    expect(await handshake(alone, alone.certificate)).toBe('localhost');
  });

  it('carry URIs and addresses of people', async () => {
    const { certificate } = await makeSelfSigned({ uris: ['sip:alice@example.com'], emails: ['alice@example.org'] });
    const names = new X509Certificate(certificate).subjectAltName;
    expect(names).toContain('URI:sip:alice@example.com');
    expect(names).toContain('email:alice@example.org');
  });
});

describe('the development authority', () => {
  it('makes everything once, keys for the owner alone, and keeps it', async () => {
    const where = folder();
    const first = await provideDevCertificates(where);
    const text = readFileSync(first.internal.focus.certificate, 'utf8');
    for (const { key } of [first.public, ...Object.values(first.internal)])
      expect(statSync(key).mode & 0o777).toBe(0o600);
    const second = await provideDevCertificates(where);
    expect(second).toEqual(first);
    expect(readFileSync(second.internal.focus.certificate, 'utf8')).toBe(text);
    const authority = new X509Certificate(readFileSync(first.internalAuthority));
    expect(new X509Certificate(text).verify(authority.publicKey)).toBe(true);
    expect(new X509Certificate(text).subjectAltName).toBe('DNS:focus');
  });

  it('makes anew what is about to end, and what another domain needs', async () => {
    const where = folder();
    const { internal, internalAuthority, public: shown } = await provideDevCertificates(where);
    const authority = await openAuthority({
      certificate: readFileSync(internalAuthority, 'utf8'),
      key: readFileSync(join(where, 'internal/authority.key'), 'utf8'),
    });
    const ending = await authority.issue({ dns: ['ccmp'], expiresAtMs: Date.now() + 3_600_000 });
    writeCertificate(join(where, 'internal'), 'ccmp', ending);
    const before = readFileSync(shown.certificate, 'utf8');
    await provideDevCertificates(where, 'chat.example.com');
    expect(readFileSync(internal.ccmp.certificate, 'utf8')).not.toBe(ending.certificate);
    const after = new X509Certificate(readFileSync(shown.certificate));
    expect(after.toString()).not.toBe(before);
    expect(after.checkHost('e0.a.msrp.chat.example.com')).toBe('*.a.msrp.chat.example.com');
  });
});
