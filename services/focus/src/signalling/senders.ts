import { formatUri, parseFromTo, readVias, type ServerTransaction, type SipRequest } from '@plenary/sip';
import { identityEquals, type Hmac } from '@plenary/wire';
import type { AuthenticatedUser, Authenticator } from '../auth/authenticator.js';
import type { FocusEvents } from '../events.js';
import type { PeerPath } from '../store/subscription-store.js';
import { respond } from './respond.js';

/** Who sends a request in a dialog. */
export interface Sender {
  /** As it has just proven; undefined where the flow speaks for it. */
  readonly viewer: AuthenticatedUser | undefined;
  /** Demands the proof; undefined where it failed, and the request has been answered. */
  prove(): Promise<AuthenticatedUser | undefined>;
}

export interface SendersOptions {
  readonly authenticator: Pick<Authenticator, 'authenticate'>;
  /** Makes the To tag of stateless answers a function of the request (AUTH-008). */
  readonly hmac: Hmac;
  readonly events: Pick<FocusEvents, 'rejected'>;
  readonly replica: string;
}

/** Finds out who sends a request. Where that is not to be had the request is answered: 400, 401 or 403. */
export class Senders {
  readonly #options: SendersOptions;

  constructor(options: SendersOptions) {
    this.#options = options;
  }

  /** The user; undefined when the request has been answered. */
  async authenticated(transaction: ServerTransaction): Promise<AuthenticatedUser | undefined> {
    const { authenticator, events, hmac } = this.#options;
    const { request, flow } = transaction;
    const from = parseFromTo(request.headers.get('From') ?? '');
    if (!from.ok) {
      respond.refuse(transaction, 400);
      return undefined;
    }
    const outcome = await authenticator.authenticate(request, flow, formatUri(from.value.uri));
    if (outcome.kind === 'authenticated') return outcome.user;
    if (outcome.kind === 'challenge') {
      respond.challenge(transaction, outcome.challenges, statelessTag(request, hmac));
    } else {
      events.rejected('auth');
      respond.refuse(transaction, 403);
    }
    return undefined;
  }

  /**
   * Whoever sends on the very flow the user of a dialog was last heard on is that user; anybody else proves to be. Undefined where that failed, and the
   * request has been answered.
   */
  async inDialog(
    transaction: ServerTransaction,
    dialog: Pick<PeerPath, 'flow' | 'replica'> & { readonly userUri: string },
  ): Promise<Sender | undefined> {
    const { events, replica } = this.#options;
    const prove = async (): Promise<AuthenticatedUser | undefined> => {
      const user = await this.authenticated(transaction);
      if (!user) return undefined;
      if (user.identities.some((identity) => identityEquals(identity, dialog.userUri))) return user;
      events.rejected('auth');
      respond.refuse(transaction, 403);
      return undefined;
    };
    if (isOnFlowOf(dialog, transaction, replica)) return { viewer: undefined, prove };
    const viewer = await prove();
    return viewer && { viewer, prove };
  }
}

/** A UDP peer is known by its address; a connection by its name at the replica that holds it. */
function isOnFlowOf(
  dialog: Pick<PeerPath, 'flow' | 'replica'>,
  { flow, request }: Pick<ServerTransaction, 'flow' | 'request'>,
  replica: string,
): boolean {
  const { flow: known } = dialog;
  // A proxy's flow is that of everybody behind it, and speaks for nobody.
  const vias = readVias(request.headers);
  if (!vias.ok || vias.value.length > 1) return false;
  if (flow.transport !== known.transport) return false;
  if (flow.remoteAddress !== known.remoteAddress || flow.remotePort !== known.remotePort) return false;
  return flow.transport === 'UDP' || (dialog.replica === replica && flow.id === known.id);
}

/** The same for every retransmission, unlike for every other request. */
function statelessTag(request: SipRequest, hmac: Hmac): string {
  const parts = ['Via', 'Call-ID', 'CSeq', 'From'].map((name) => request.headers.get(name) ?? '');
  return hmac(`tag:${parts.join('\n')}`)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 24);
}
