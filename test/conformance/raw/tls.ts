import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { afterAll } from 'vitest';
import type { Caller } from './caller.js';
import { attributes, ident, offer, type SdpParts } from './messages.js';
import { MsrpSocket } from './msrp-socket.js';
import { Seat } from './seat.js';
import type { SipText } from './sip-socket.js';
import type { System } from './system.js';

/** A self-signed RSA certificate for localhost and 127.0.0.1: PEM, its files, and what a=fingerprint says of it. */
export interface RsaPair {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly sha256: string;
  readonly sha1: string;
}

/** A folder for one test file, gone after it. */
export function folderOfFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-tls-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export function makeRsaPair(folder: string, name: string, host = 'localhost'): RsaPair {
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const words = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=${host}`.split(' ');
  // Key encipherment is what the suites without forward secrecy need.
  const usage = ['-addext', `subjectAltName=DNS:${host},IP:127.0.0.1`];
  execFileSync('openssl', [...words, ...usage, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' });
  const cert = readFileSync(certFile, 'utf8');
  const read = new X509Certificate(cert);
  const hashes = { sha256: `sha-256 ${read.fingerprint256}`, sha1: `sha-1 ${read.fingerprint}` };
  return { cert, key: readFileSync(keyFile, 'utf8'), certFile, keyFile, ...hashes };
}

/** An offer of TCP/TLS/MSRP. */
export function secureOffer(parts: SdpParts = {}): string {
  return offer({ protocol: 'TCP/TLS/MSRP', path: ownPath(), ...parts });
}

export const ownPath = (): string => `msrps://127.0.0.1:7654/${ident()};tcp`;

export interface SecureSeat {
  readonly seat: Seat;
  readonly answer: SipText;
  readonly caller: Caller;
}

/** Joins over TLS: INVITE, ACK, a handshake at the path of the answer. The session is not bound yet. */
export async function joinSecurely(
  system: System,
  room: string,
  username: string,
  { tls, ...parts }: SdpParts & { readonly tls: ConnectionOptions },
): Promise<SecureSeat> {
  const caller = await system.caller(username);
  const fromPath = parts.path ?? ownPath();
  const answer = await caller.invite(room, secureOffer({ ...parts, path: fromPath }));
  if (answer.status !== 200) throw new Error(`${username} was answered ${String(answer.status)}`);
  await caller.ack(room);
  const [toPath = ''] = attributes(answer.body, 'path');
  const address = /^msrps:\/\/([^/]+)\//.exec(toPath)?.[1] ?? '';
  const msrp = await MsrpSocket.openTls(address, tls);
  return { seat: new Seat({ room, caller, answer, msrp, toPath, fromPath }), answer, caller };
}
