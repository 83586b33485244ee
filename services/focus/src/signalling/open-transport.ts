import { listenError } from '@plenary/service';
import { openSipTransport, type OpenSipTransport } from '@plenary/sip/net';
import type { FocusContext } from '../context.js';
import type { SipTls } from './sip-tls.js';

/** Opens the SIP listeners as the settings have them. Throws `StartError`, one line, for an address that cannot be had. */
export async function openTransport(
  { settings, events }: FocusContext,
  tls: SipTls | undefined,
  handlers: Pick<Parameters<typeof openSipTransport>[0], 'onMessage' | 'onFlowClosed'>,
): Promise<OpenSipTransport> {
  const { FOCUS_SIP_HOST: host, FOCUS_SIP_PORT: port, FOCUS_CONNECTIONS_MAX: connections } = settings;
  try {
    return await openSipTransport({
      host,
      port,
      limits: { connections, connectionsPerAddress: connections },
      tls: tls?.options,
      ...(settings.FOCUS_PROXY_FROM.length === 0 ? {} : { proxyFrom: settings.FOCUS_PROXY_FROM }),
      ...handlers,
      onError: ({ code }) => {
        if (code !== 'socket') events.rejected(code === 'limit' ? 'rate' : 'parse');
      },
    });
  } catch (error) {
    throw listenError(error, faultyListener(error, settings));
  }
}

/** Which of the listeners could not be opened: the error names address and port. */
function faultyListener(
  error: unknown,
  settings: FocusContext['settings'],
): { readonly host: string; readonly port: number; readonly setting: string } {
  const at = error instanceof Error && 'port' in error ? error.port : undefined;
  const { FOCUS_SIP_HOST, FOCUS_SIP_PORT, FOCUS_TLS_HOST, FOCUS_TLS_PORT } = settings;
  return at === FOCUS_TLS_PORT && at !== FOCUS_SIP_PORT
    ? { host: FOCUS_TLS_HOST, port: FOCUS_TLS_PORT, setting: 'FOCUS_TLS_PORT' }
    : { host: FOCUS_SIP_HOST, port: FOCUS_SIP_PORT, setting: 'FOCUS_SIP_PORT' };
}
