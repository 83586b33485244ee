import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { BusSubscription } from '@plenary/bus';
import { migrate } from '@plenary/db';
import { listenError, StartError, type Service, type Timer } from '@plenary/service';
import { createUserAgent, newTag, parseUri, type SipFlow, type SipTarget, type UserAgent } from '@plenary/sip';
import { openSipTransport, resolveSipUri, systemDns, type OpenSipTransport } from '@plenary/sip/net';
import type { ConferenceDependencies } from './conference/dependencies.js';
import { sweepSessionTimers } from './conference/session-sweep.js';
import { consumeLeftParticipants } from './consumers/left-participants.js';
import type { FocusContext } from './context.js';
import { focusMigrations } from './migrations/index.js';
import { DialogQueue } from './signalling/dialog-queue.js';
import { Router } from './signalling/router.js';

/** The running focus; `sipPort` is known once started. */
export interface FocusServer extends Service {
  /** Port of SIP over UDP and TCP. Throws before the start. */
  readonly sipPort: number;
}

/**
 * Start: tables, registry of edges, state events, SIP listeners, session timers. Drain: new joins get 503, what is at work ends. Stop: listeners
 * and everything opened by the context close; dialogs stay in the database for other replicas.
 */
export function createServer(context: FocusContext): FocusServer {
  const { settings, events, clock, dialogs, nonces, registry, bus, counts } = context;
  const queue = new DialogQueue();
  let transport: OpenSipTransport | undefined;
  let userAgent: UserAgent | undefined;
  let leftParticipants: BusSubscription | undefined;
  let sweepTimer: Timer | undefined;
  let isDraining = false;
  let isStopped = false;

  const started = (): { transport: OpenSipTransport; userAgent: UserAgent } => {
    if (!transport || !userAgent) throw new Error('the focus has not been started');
    return { transport, userAgent };
  };

  const deps: ConferenceDependencies = {
    userAgent: () => started().userAgent,
    roomState: context.roomState,
    edges: context.edges,
    dialogs,
    queue,
    clock,
    events,
    domain: settings.PLENARY_DOMAIN,
    hosts: new Set([settings.PLENARY_DOMAIN.toLowerCase(), settings.FOCUS_SIP_HOST.toLowerCase()]),
    sipPort: () => started().transport.port,
    replica: context.replica,
    timerPolicy: {
      minSeS: settings.FOCUS_MIN_SE_SECONDS,
      intervalS: settings.FOCUS_SESSION_EXPIRES_SECONDS,
      preferredRefresher: 'uac',
    },
    newRequestId: () => randomUUID(),
    newSdpSessionId: () => randomInt(2 ** 47).toString(),
    targetsFor: async (flow: SipFlow, nextHop: string): Promise<readonly SipTarget[]> => {
      if (started().transport.hasFlow(flow.id)) return [flow];
      if (flow.transport === 'UDP') return [{ transport: 'UDP', host: flow.remoteAddress, port: flow.remotePort }];
      const uri = parseUri(nextHop);
      if (!uri.ok || uri.value.kind !== 'sip') return [];
      return resolveSipUri(uri.value, { dns: systemDns, transports: ['UDP', 'TCP'], random: Math.random });
    },
  };
  const router = new Router({
    deps,
    authenticator: context.authenticator,
    hmac: context.hmac,
    isDraining: () => isDraining,
  });

  const sweep = async (): Promise<void> => {
    try {
      await sweepSessionTimers(deps);
      await nonces.forgetExpired(clock.nowMs());
      counts.dialogs = await dialogs.count();
    } catch (error) {
      events.failed('sweep', error);
    }
    if (!isStopped) sweepTimer = clock.setTimer(settings.FOCUS_SWEEP_INTERVAL_MS, () => void sweep());
  };

  return {
    get sipPort() {
      return started().transport.port;
    },
    async start() {
      if (settings.PLENARY_DEMO) refuseOutside(settings.FOCUS_SIP_HOST);
      await context.database.ping();
      await migrate(context.database, { schema: 'focus', migrations: focusMigrations });
      await registry.start();
      transport = await openTransport(context, {
        onMessage: (message, flow) => userAgent?.receive(message, flow),
        onFlowClosed: (flow) => userAgent?.flowClosed(flow),
      });
      const { port } = transport;
      const host = settings.FOCUS_SIP_HOST;
      userAgent = createUserAgent({
        transport,
        clock,
        random: (length) => randomBytes(length),
        sentBy: () => ({ host: host.includes(':') ? `[${host}]` : host, port }),
        limits: {
          serverTransactions: settings.FOCUS_TRANSACTIONS_MAX,
          clientTransactions: settings.FOCUS_TRANSACTIONS_MAX,
          retryAfterS: 5,
        },
        newTag: () => `${context.replica}.${newTag((length) => randomBytes(length))}`,
        onRequest: (transaction) => {
          router.handle(transaction);
        },
      });
      leftParticipants = consumeLeftParticipants(bus, deps);
      await sweep();
    },
    async drain() {
      isDraining = true;
      await queue.idle();
    },
    async stop() {
      isDraining = true;
      isStopped = true;
      sweepTimer?.cancel();
      leftParticipants?.unsubscribe();
      registry.stop();
      await queue.idle();
      userAgent?.close();
      await transport?.close();
      await context.close();
    },
    async ready() {
      await context.database.ping();
      return bus.connected;
    },
  };
}

async function openTransport(
  { settings, events }: FocusContext,
  handlers: Pick<Parameters<typeof openSipTransport>[0], 'onMessage' | 'onFlowClosed'>,
): Promise<OpenSipTransport> {
  const { FOCUS_SIP_HOST: host, FOCUS_SIP_PORT: port, FOCUS_CONNECTIONS_MAX: connections } = settings;
  try {
    return await openSipTransport({
      host,
      port,
      limits: { connections, connectionsPerAddress: connections },
      ...handlers,
      onError: ({ code }) => {
        if (code !== 'socket') events.rejected(code === 'limit' ? 'rate' : 'parse');
      },
    });
  } catch (error) {
    throw listenError(error, { host, port, setting: 'FOCUS_SIP_PORT' });
  }
}

/** In demo mode every password is known, so nobody outside may ask. */
function refuseOutside(host: string): void {
  if (host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)) return;
  throw new StartError(`PLENARY_DEMO runs on loopback only, and FOCUS_SIP_HOST is ${host}: choose 127.0.0.1`);
}
