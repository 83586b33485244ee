import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { BusSubscription } from '@plenary/bus';
import { migrate } from '@plenary/db';
import { type Service, type Timer, demoOnLoopbackOnly } from '@plenary/service';
import { createUserAgent, newTag, type SipTransportName, type UserAgent } from '@plenary/sip';
import type { OpenSipTransport } from '@plenary/sip/net';
import type { ConferenceDependencies } from './conference/dependencies.js';
import { Retries } from './conference/retries.js';
import { sweepSessionTimers } from './conference/session-sweep.js';
import { WaitingRoom } from './conference/waiting-room.js';
import { callTargets } from './calls/call-target.js';
import type { CallDependencies } from './calls/call-out.js';
import { OpenCalls } from './calls/open-calls.js';
import { consumeRoomChanges } from './consumers/room-changes.js';
import type { FocusContext } from './context.js';
import { focusMigrations } from './migrations/index.js';
import { OpenWork } from './open-work.js';
import { DialogQueue } from './signalling/dialog-queue.js';
import { OpenRequests } from './signalling/open-requests.js';
import { requestTargets } from './signalling/request-targets.js';
import { Router } from './signalling/router.js';
import { Notifier } from './subscription/notifier.js';
import type { SubscriptionDependencies } from './subscription/dependencies.js';
import { openTransport } from './signalling/open-transport.js';
import { openSipTls, type SipTls } from './signalling/sip-tls.js';
import { strayAcks } from './signalling/stray-acks.js';

/** How often a drain asks whether the last ACK has come. */
const ackPollMs = 50;

/** The running focus; `sipPort` is known once started. */
export interface FocusServer extends Service {
  /** Port of SIP over UDP and TCP. Throws before the start. */
  readonly sipPort: number;
  /** Port of SIP over TLS; undefined without a certificate. Throws before the start. */
  readonly sipTlsPort: number | undefined;
  /** Subscriptions it sends the NOTIFYs of. */
  readonly subscriptions: number;
}

/**
 * Start: tables, registry of edges, state events, SIP listeners, session timers. Drain: new joins get 503, what is at work ends. Stop: listeners
 * and everything opened by the context close; dialogs stay in the database for other replicas.
 */
export function createServer(context: FocusContext): FocusServer {
  const { settings, events, clock, dialogs, nonces, registry, bus, counts, sipTimers, random } = context;
  const queue = new DialogQueue();
  const work = new OpenWork();
  const retries = new Retries(clock);
  let transport: OpenSipTransport | undefined;
  let tls: SipTls | undefined;
  let userAgent: UserAgent | undefined;
  const openCalls = new OpenCalls(bus, (error) => {
    events.failed('reading a state event', error);
  });
  const waitingRoom = new WaitingRoom(bus, clock, (error) => {
    events.failed('reading a state event', error);
  });
  let roomChanges: BusSubscription | undefined;
  let sweepTimer: Timer | undefined;
  let sweeping: Promise<void> | undefined;
  let isDraining = false;
  let isStopped = false;

  const publicHost = settings.FOCUS_SIP_PUBLIC_HOST ?? settings.FOCUS_SIP_HOST;

  const started = (): { transport: OpenSipTransport; userAgent: UserAgent } => {
    if (!transport || !userAgent) throw new Error('the focus has not been started');
    return { transport, userAgent };
  };

  const transports = (): readonly SipTransportName[] =>
    started().transport.tlsPort === undefined ? ['UDP', 'TCP'] : ['UDP', 'TCP', 'TLS'];

  const deps: ConferenceDependencies = {
    userAgent: () => started().userAgent,
    roomState: context.roomState,
    edges: context.edges,
    dialogs,
    queue,
    requests: new OpenRequests(),
    work,
    retries,
    waitingRoom,
    waitingMs: settings.FOCUS_WAITING_MS,
    clock,
    random,
    events,
    tracer: context.telemetry.tracer,
    domain: settings.PLENARY_DOMAIN,
    hosts: new Set(
      [settings.PLENARY_DOMAIN, settings.FOCUS_SIP_HOST, publicHost].map((name) => uriHost(name).toLowerCase()),
    ),
    sipPort: (name) => (name === 'TLS' ? started().transport.tlsPort : undefined) ?? started().transport.port,
    replica: context.replica,
    timerPolicy: {
      minSeS: settings.FOCUS_MIN_SE_SECONDS,
      intervalS: settings.FOCUS_SESSION_EXPIRES_SECONDS,
      preferredRefresher: 'uac',
    },
    // 64*T1 is when the 2xx is given up here, and some more for a busy moment.
    ackDueMs: 80 * sipTimers.t1Ms,
    newRequestId: () => randomUUID(),
    newSdpSessionId: () => randomInt(2 ** 47).toString(),
    targetsFor: requestTargets({
      replica: context.replica,
      hasFlow: (id) => started().transport.hasFlow(id),
      transports,
      random,
    }),
  };
  const calls: CallDependencies = {
    conference: deps,
    targets: callTargets({
      proxy: settings.FOCUS_OUTBOUND_PROXY,
      hosts: deps.hosts,
      ports: () => [deps.sipPort('UDP'), deps.sipPort('TLS')],
      transports,
      random,
    }),
    open: openCalls,
    ringMs: settings.FOCUS_RING_MS,
    onFailed: (room, uri, failure) => {
      notifier.callFailed(room, uri, failure);
    },
    randomBytes: (length) => randomBytes(length),
  };
  const onStrayAck = strayAcks(deps);
  const subscribing: SubscriptionDependencies = {
    ...deps,
    subscriptions: context.subscriptions,
    durations: {
      defaultSeconds: settings.FOCUS_SUBSCRIPTION_SECONDS,
      maximumSeconds: settings.FOCUS_SUBSCRIPTION_SECONDS,
      minimumSeconds: settings.FOCUS_SUBSCRIPTION_MIN_SECONDS,
    },
    paceMs: settings.FOCUS_NOTIFY_PACE_MS,
    limits: {
      perRoom: settings.FOCUS_SUBSCRIPTIONS_PER_ROOM_MAX,
      perUser: settings.FOCUS_SUBSCRIPTIONS_PER_USER_MAX,
      total: settings.FOCUS_SUBSCRIPTIONS_MAX,
      bodyBytes: settings.FOCUS_NOTIFY_BODY_MAX_BYTES,
      datagramBytes: settings.FOCUS_NOTIFY_DATAGRAM_MAX_BYTES,
    },
  };
  const notifier = new Notifier(subscribing);
  const router = new Router({
    deps,
    subscribing: { deps: subscribing, notifier },
    authenticator: context.authenticator,
    hmac: context.hmac,
    isDraining: () => isDraining,
    openOptions: settings.FOCUS_OPEN_OPTIONS,
  });

  const sweep = async (): Promise<void> => {
    try {
      await sweepSessionTimers(deps);
      await notifier.sweep();
      counts.subscriptions = notifier.size;
      await nonces.forgetExpired(clock.nowMs());
      counts.dialogs = await dialogs.count(context.replica);
    } catch (error) {
      events.failed('sweep', error);
    }
    if (isStopped) return;
    sweepTimer = clock.setTimer(settings.FOCUS_SWEEP_INTERVAL_MS, () => {
      sweeping = sweep();
    });
  };

  /** Nothing under way, and no 2xx that waits for its ACK. */
  const quiet = async (isLate: () => boolean): Promise<void> => {
    while (!isLate()) {
      await Promise.all([work.idle(), queue.idle()]);
      if ((userAgent?.counts.unacknowledged ?? 0) === 0) return;
      // An ACK tells its transaction only, so that is asked.
      await new Promise<void>((resolve) => {
        clock.setTimer(ackPollMs, resolve);
      });
    }
  };

  return {
    get sipPort() {
      return started().transport.port;
    },
    get sipTlsPort() {
      return started().transport.tlsPort;
    },
    get subscriptions() {
      return notifier.size;
    },
    async start() {
      if (settings.PLENARY_DEMO) {
        const { FOCUS_SIP_HOST, FOCUS_TLS_HOST, FOCUS_HEALTH_HOST } = settings;
        demoOnLoopbackOnly({ FOCUS_SIP_HOST, FOCUS_TLS_HOST, FOCUS_HEALTH_HOST });
      }
      await context.database.ping();
      await migrate(context.database, { schema: 'focus', migrations: focusMigrations });
      await registry.start();
      tls = openSipTls(settings, context.certificates);
      transport = await openTransport(context, tls, {
        onMessage: (message, flow) => userAgent?.receive(message, flow),
        onFlowClosed: (flow) => userAgent?.flowClosed(flow),
      });
      const { port, tlsPort = port } = transport;
      userAgent = createUserAgent({
        transport,
        clock,
        random: (length) => randomBytes(length),
        timers: sipTimers,
        sentBy: (name) => ({ host: uriHost(publicHost), port: name === 'TLS' ? tlsPort : port }),
        limits: {
          serverTransactions: settings.FOCUS_TRANSACTIONS_MAX,
          clientTransactions: settings.FOCUS_TRANSACTIONS_MAX,
          retryAfterS: 5,
        },
        newTag: () => `${context.replica}.${newTag((length) => randomBytes(length))}`,
        onRequest: (transaction) => {
          router.handle(transaction);
        },
        onStrayAck,
      });
      roomChanges = consumeRoomChanges(bus, calls);
      notifier.start(bus);
      sweeping = sweep();
      await sweeping;
    },
    async drain(deadlineMs) {
      isDraining = true;
      // Who waits or is rung is told at once: another replica can take them.
      waitingRoom.stop();
      openCalls.cancelAll();
      let isLate = false;
      const late = new Promise<void>((resolve) => {
        clock.setTimer(deadlineMs, () => {
          isLate = true;
          resolve();
        });
      });
      await Promise.race([quiet(() => isLate), late]);
      if (isLate) throw new Error(`the focus is at work still after ${String(deadlineMs)} ms`);
    },
    async stop() {
      isDraining = true;
      isStopped = true;
      sweepTimer?.cancel();
      roomChanges?.unsubscribe();
      waitingRoom.stop();
      openCalls.cancelAll();
      registry.stop();
      // What is tried again uses the database: it is given up, and has ended, before that closes.
      const givenUp = retries.stop();
      await sweeping;
      await notifier.stop().catch((error: unknown) => {
        events.failed('handing subscriptions over', error);
      });
      userAgent?.close();
      await transport?.close();
      tls?.close();
      await givenUp;
      await queue.idle();
      // The last of the queue may have begun something.
      await retries.stop();
      await context.close();
    },
    async ready() {
      await context.database.ping();
      return bus.connected;
    },
  };
}

/** As it stands in a URI or a Via: IPv6 in brackets. */
function uriHost(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
