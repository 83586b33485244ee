import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import type { EndpointOrigin, EndpointState, PendingState, SipDialogName } from '../room/state.js';
import { chat, info, infoText, type MaybeElement } from './elements.js';
import { mediaStatus } from './persona.js';

/** What all endpoints of one document share. */
export interface EndpointContext {
  /** May contacts and dialog names be shown? Req: EVT-020. */
  readonly privileged: boolean;
  /** Label of the media entry an endpoint without one carries; empty: none. */
  readonly label: string;
  /** The user is in a sidebar, and the room shows it. Req: SIDE-010. */
  readonly onHold: boolean;
}

/** Label of the first `message` entry of a conference's media; empty: there is none. */
export function messageLabel(document: XmlElement): string {
  const description = childElement(document, namespaces.info, 'conference-description');
  const media = childElement(description, namespaces.info, 'available-media');
  const entry = childrenNamed(media, namespaces.info, 'entry').find((candidate) => {
    const type = childElement(candidate, namespaces.info, 'type');
    return type !== undefined && textOf(type) === 'message';
  });
  return attributeOf(entry, 'label') ?? '';
}

/**
 * `<endpoint>` of a session that is up: its entity is the chat-ID.
 * Spec: RFC 4575 §5.7, RFC 6501 §4.6.5.6. Req: XCON-019, XCON-022, EVT-018, EVT-019.
 */
export function endpointElement(
  endpoint: EndpointState,
  userNickname: string,
  { privileged, label, onHold }: EndpointContext,
): XmlElement {
  const nickname = endpoint.nickname === '' || endpoint.nickname === userNickname ? undefined : endpoint.nickname;
  const { contact, joiningMethod, joinedAtMs, capabilities, allowed } = endpoint;
  const element = info('endpoint', { entity: endpoint.chatId }, [
    info('status', {}, [onHold ? 'on-hold' : 'connected']),
    info('joining-method', {}, [joiningMethod]),
    joinedAtMs > 0 ? info('joining-info', {}, [info('when', {}, [dateTime(joinedAtMs)])]) : undefined,
    mediaElement(endpoint.label === '' ? label : endpoint.label, mediaStatus(capabilities.direction, allowed)),
    privileged ? callInfo(endpoint.dialog, joiningMethod) : undefined,
    privileged && contact !== '' ? chat('contact', { uri: contact }) : undefined,
  ]);
  if (nickname === undefined) return element;
  return {
    ...element,
    attributes: [...element.attributes, { ns: namespaces.chat, name: 'nickname', value: nickname }],
  };
}

/** `<endpoint>` of somebody who waits for a moderator; without a `contact` to show it is named by its chat-ID. Req: POL-008. */
export function pendingEndpoint(pending: PendingState, contact: string, context: EndpointContext): XmlElement {
  return wantedEndpoint(contact === '' ? pending.chatId : contact, 'pending', pending, context.label);
}

/** `<endpoint>` of a call into the room that has not been answered. `entity`: what it is called by. Req: CONF-019. */
export function callEndpoint(entity: string, context: EndpointContext): XmlElement {
  return wantedEndpoint(entity, 'dialing-out', { label: '', joiningMethod: 'dialed-out' }, context.label);
}

function wantedEndpoint(
  entity: string,
  status: 'pending' | 'dialing-out',
  { label, joiningMethod }: Pick<EndpointOrigin, 'label' | 'joiningMethod'>,
  defaultLabel: string,
): XmlElement {
  return info('endpoint', { entity }, [
    info('status', {}, [status]),
    info('joining-method', {}, [joiningMethod]),
    mediaElement(label === '' ? defaultLabel : label, undefined),
  ]);
}

/** One session carries one stream, so its id is 1. */
function mediaElement(label: string, status: string | undefined): XmlElement {
  return info('media', { id: '1' }, [
    info('type', {}, ['message']),
    infoText('label', label),
    status === undefined ? undefined : info('status', {}, [status]),
  ]);
}

// "from-tag" is the caller's: who dialed in is the remote side of our dialog (RFC 4575 section 5.7.9).
function callInfo(dialog: SipDialogName | undefined, method: EndpointOrigin['joiningMethod']): MaybeElement {
  if (dialog === undefined) return undefined;
  const { callId, localTag, remoteTag } = dialog;
  const [from, to] = method === 'dialed-in' ? [remoteTag, localTag] : [localTag, remoteTag];
  return info('call-info', {}, [
    info('sip', {}, [info('call-id', {}, [callId]), info('from-tag', {}, [from]), info('to-tag', {}, [to])]),
  ]);
}

/** RFC 3339, whole seconds, UTC. */
export function dateTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
