import {
  type Certificates,
  demoOnLoopbackOnly,
  isLoopback,
  listenError,
  type Service,
  StartError,
  type Timer,
} from '@plenary/service';
import type { CcmpContext } from './context.js';
import { type HttpListener, type HttpOptions, openHttp } from './http.js';

/** The running service; ports are known once started. */
export interface CcmpServer extends Service {
  /** Port of plain HTTP; undefined when it is off. Throws before the start. */
  readonly httpPort: number | undefined;
  /** Port of HTTPS; undefined without a certificate. Throws before the start. */
  readonly httpsPort: number | undefined;
}

/**
 * Start: settings that do not go together, certificate, listeners. Drain: no new connection, what is under way is answered, connections
 * end with their next answer. Stop: everything opened closes.
 */
export function createServer(context: CcmpContext): CcmpServer {
  const { settings, clock, pending } = context;
  let opened: { readonly http: HttpListener | undefined; readonly https: HttpListener | undefined } | undefined;
  let material: Certificates | undefined;

  const listeners = (): HttpListener[] =>
    [opened?.http, opened?.https].filter((one): one is HttpListener => one !== undefined);
  const started = (): NonNullable<typeof opened> => {
    if (opened === undefined) throw new Error('ccmp has not been started');
    return opened;
  };

  return {
    get httpPort() {
      return started().http?.port;
    },
    get httpsPort() {
      return started().https?.port;
    },
    async start() {
      checkSettings(context);
      const options = httpOptions(context);
      material = openCertificate(context);
      const https = await openTls(context, options, material);
      opened = { http: undefined, https };
      if (settings.CCMP_HTTP) opened = { http: await openPlain(context, options), https };
    },
    async drain(deadlineMs) {
      let late: Timer | undefined;
      const passed = new Promise<never>((_, reject) => {
        late = clock.setTimer(deadlineMs, () => {
          reject(new Error(`${String(pending.count)} requests are at work still`));
        });
      });
      try {
        await Promise.race([Promise.all(listeners().map((listener) => listener.drain())), passed]);
      } finally {
        late?.cancel();
      }
    },
    async stop() {
      material?.close();
      for (const listener of listeners()) listener.close();
      await context.close();
    },
    ready: () => Promise.resolve(opened !== undefined),
  };
}

function checkSettings({ settings }: CcmpContext): void {
  const { CCMP_HTTP_HOST, CCMP_HTTPS_HOST, CCMP_HEALTH_HOST } = settings;
  if (settings.PLENARY_DEMO) demoOnLoopbackOnly({ CCMP_HTTP_HOST, CCMP_HTTPS_HOST, CCMP_HEALTH_HOST });
  if (settings.CCMP_HTTP && !settings.CCMP_HTTP_BEYOND_LOOPBACK && !isLoopback(CCMP_HTTP_HOST))
    throw new StartError(
      `plain HTTP stays on loopback, and CCMP_HTTP_HOST is ${CCMP_HTTP_HOST}: set CCMP_HTTP to false, or CCMP_HTTP_BEYOND_LOOPBACK to true where TLS ends in front of it`,
    );
  if (!settings.CCMP_HTTP && settings.CCMP_TLS_CERTIFICATE === undefined)
    throw new StartError('nothing to listen on: CCMP_HTTP is false and CCMP_TLS_CERTIFICATE is missing');
  if ((settings.CCMP_TLS_CERTIFICATE === undefined) !== (settings.CCMP_TLS_KEY === undefined))
    throw new StartError('CCMP_TLS_CERTIFICATE and CCMP_TLS_KEY go together: one of them is missing');
  if (settings.CCMP_TLS_CLIENT_CERTIFICATES !== 'none' && settings.CCMP_TLS_CLIENT_AUTHORITIES === undefined)
    throw new StartError('CCMP_TLS_CLIENT_AUTHORITIES is missing: without it no client certificate counts');
}

function openCertificate({ settings, certificates }: CcmpContext): Certificates | undefined {
  const { CCMP_TLS_CERTIFICATE: certificate, CCMP_TLS_KEY: key, CCMP_TLS_CLIENT_AUTHORITIES: authorities } = settings;
  if (certificate === undefined || key === undefined) return undefined;
  return certificates.open(
    'public',
    { certificate, key, authorities },
    {
      certificate: 'CCMP_TLS_CERTIFICATE',
      key: 'CCMP_TLS_KEY',
      authorities: 'CCMP_TLS_CLIENT_AUTHORITIES',
    },
  );
}

function httpOptions({ settings, buckets, events, answer }: CcmpContext): HttpOptions {
  return {
    path: settings.CCMP_PATH,
    maxBodyBytes: settings.CCMP_BODY_BYTES_MAX,
    maxHeaderBytes: settings.CCMP_HEADER_BYTES_MAX,
    receiveMs: settings.CCMP_RECEIVE_MS,
    idleMs: settings.CCMP_IDLE_MS,
    maxConnections: settings.CCMP_CONNECTIONS_MAX,
    maxPipelined: settings.CCMP_PIPELINED_MAX,
    trustedProxies: new Set(settings.CCMP_FORWARDED_FROM),
    buckets,
    events,
    answer,
  };
}

async function openPlain({ settings }: CcmpContext, options: HttpOptions): Promise<HttpListener> {
  const at = { host: settings.CCMP_HTTP_HOST, port: settings.CCMP_HTTP_PORT };
  return openHttp(at, options).catch((error: unknown) => {
    throw listenError(error, { ...at, setting: 'CCMP_HTTP_PORT' });
  });
}

async function openTls(
  { settings }: CcmpContext,
  options: HttpOptions,
  material: Certificates | undefined,
): Promise<HttpListener | undefined> {
  if (material === undefined) return undefined;
  const at = { host: settings.CCMP_HTTPS_HOST, port: settings.CCMP_HTTPS_PORT };
  const tls = { material, clientCertificates: settings.CCMP_TLS_CLIENT_CERTIFICATES };
  return openHttp(at, options, tls).catch((error: unknown) => {
    throw listenError(error, { ...at, setting: 'CCMP_HTTPS_PORT' });
  });
}
