import { X509Certificate } from 'node:crypto';
import {
  fingerprintOf,
  listenMsrp,
  type ListenMsrpOptions,
  type SocketListener,
  type TlsMaterial,
} from '@plenary/msrp/net';
import { listenError, StartError, type CertificateFollower, type Certificates } from '@plenary/service';
import { parseNetworks } from '@plenary/wire/net';
import type { MsrpEdgeSettings } from './config.js';
import { publicHost } from './public-host.js';

/** Where and how clients reach this edge. */
export interface Entrances {
  /** `host:port` of our `msrp:` URIs; undefined where MSRP over plain TCP is not taken. Throws before the start. */
  plain(): string | undefined;
  /** `host:port` of our `msrps:` URIs and a=fingerprint of our certificate; undefined without TLS. Throws before the start. */
  tls(): { readonly authority: string; readonly fingerprint: string } | undefined;
}

/** The listeners of MSRP, over TCP and over TLS. */
export interface Listeners extends Entrances {
  readonly takesTls: boolean;
  readonly takesPlain: boolean;
  /** What they listen on, `host:port`. Throws before the start, and where that one is off. */
  plainAddress(): string;
  tlsAddress(): string;
  start(): Promise<void>;
  /** Resolves when the last connection is closed. */
  close(): Promise<void>;
}

/** Handshakes under way at once: each costs a signature, and an open one holds memory for whoever says nothing. */
const HANDSHAKES_MAX = 512;
/** PROXY header and handshake together. */
const HANDSHAKE_MS = 10_000;
/** Forward secrecy and authenticated encryption, as RFC 9325 section 4.2 asks. */
const SUITES =
  'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL';
/** RFC 4975 section 14.2 demands it; it has no forward secrecy and is open to padding oracles, so it is taken only where somebody asks for it. */
const OLD_SUITE = 'AES128-SHA';

/** Reads the certificate and checks the settings: throws `StartError` with one line that names the setting. Nothing listens before `start`. */
export function createListeners(
  settings: MsrpEdgeSettings,
  certificates: CertificateFollower,
  handlers: ListenMsrpOptions['handlers'],
): Listeners {
  const host = publicHost(settings);
  const identity = openIdentity(settings, certificates);
  const { MSRP_EDGE_PLAIN: takesPlain, MSRP_EDGE_PROXY_FROM: proxyFrom } = settings;
  if (!takesPlain && identity === undefined)
    throw new StartError(
      'MSRP_EDGE_PLAIN is off and there is no MSRP_EDGE_TLS_CERTIFICATE: nothing is left to listen on',
    );
  if (proxyFrom !== undefined && parseNetworks(proxyFrom) === undefined)
    throw new StartError('MSRP_EDGE_PROXY_FROM takes networks such as 10.0.0.0/8, with commas between');
  const plainHost = settings.MSRP_EDGE_MSRP_HOST;
  const tlsHost = settings.MSRP_EDGE_TLS_HOST ?? plainHost;
  let plain: SocketListener | undefined;
  let tls: SocketListener | undefined;

  const listen = (address: { host: string; port: number }, setting: string, material?: TlsMaterial) =>
    listenMsrp({
      ...address,
      handlers,
      tls: material,
      proxyFrom,
      handshakeMs: HANDSHAKE_MS,
      handshakesMax: HANDSHAKES_MAX,
    }).catch((error: unknown) => {
      throw listenError(error, { ...address, setting });
    });

  return {
    takesTls: identity !== undefined,
    takesPlain,
    plain: () =>
      takesPlain ? authority(host ?? plainHost, settings.MSRP_EDGE_PUBLIC_PORT ?? started(plain).port) : undefined,
    tls: () =>
      identity && {
        authority: authority(host ?? tlsHost, settings.MSRP_EDGE_PUBLIC_TLS_PORT ?? started(tls).port),
        fingerprint: identity.fingerprint(),
      },
    plainAddress: () => authority(plainHost, started(plain).port),
    tlsAddress: () => authority(tlsHost, started(tls).port),
    async start() {
      if (takesPlain)
        plain = await listen({ host: plainHost, port: settings.MSRP_EDGE_MSRP_PORT }, 'MSRP_EDGE_MSRP_PORT');
      if (identity !== undefined)
        tls = await listen(
          { host: tlsHost, port: settings.MSRP_EDGE_TLS_PORT },
          'MSRP_EDGE_TLS_PORT',
          identity.material,
        );
    },
    async close() {
      identity?.close();
      await Promise.all([plain?.close(), tls?.close()]);
    },
  };
}

interface Identity {
  readonly material: TlsMaterial;
  fingerprint(): string;
  close(): void;
}

function openIdentity(settings: MsrpEdgeSettings, follower: CertificateFollower): Identity | undefined {
  const {
    MSRP_EDGE_TLS_CERTIFICATE: certificate,
    MSRP_EDGE_TLS_KEY: key,
    MSRP_EDGE_TLS_OLD_SUITE: oldSuite,
  } = settings;
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined)
    throw new StartError('MSRP_EDGE_TLS_CERTIFICATE and MSRP_EDGE_TLS_KEY belong together');
  const names = { certificate: 'MSRP_EDGE_TLS_CERTIFICATE', key: 'MSRP_EDGE_TLS_KEY' };
  const opened: Certificates = follower.open('public', { certificate, key }, names);
  let fingerprint: string | undefined;
  const unwatch = opened.onChange(() => {
    fingerprint = undefined;
  });
  return {
    material: {
      // A client may show a certificate; whose it is, the session knows by its fingerprint (RFC 4975 section 14.4).
      options: () => ({
        ...opened.options(),
        requestCert: true,
        rejectUnauthorized: false,
        ciphers: oldSuite ? `${SUITES}:${OLD_SUITE}` : SUITES,
      }),
      onChange: (handler) => opened.onChange(handler),
    },
    fingerprint: () => (fingerprint ??= fingerprintOf(new X509Certificate(opened.options().cert).raw)),
    close() {
      unwatch();
      opened.close();
    },
  };
}

function started(listener: SocketListener | undefined): SocketListener {
  if (listener === undefined) throw new Error('the msrp-edge does not listen there');
  return listener;
}

export function authority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`;
}
