import { attributeOf, childElement, childrenNamed, type XmlElement } from '@plenary/wire/xml';
import {
  attribute,
  booleanAttribute,
  booleanIn,
  chat,
  choice,
  given,
  givenText,
  info,
  numberAttribute,
  numberIn,
  textIn,
  words,
  xcon,
} from './reading.js';

/** Direction of a medium, as seen by the endpoint. */
export type MediaStatus = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** `<controls>`; what is not there is not offered. */
export interface ControlsView {
  readonly mute?: boolean;
  readonly pauseVideo?: boolean;
  readonly gain?: number;
  readonly videoLayout?: string;
}

/** `chat:file-transfer` of a medium. */
export interface FileTransferView {
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly';
  /** Octets; undefined: the system's limit. */
  readonly maxSizeBytes?: number;
  /** Media types; empty: all. */
  readonly types: readonly string[];
  readonly to: 'both' | 'room' | 'one';
  readonly keepContent: boolean;
}

/** `chat:collaboration` of a medium. */
export interface CollaborationView {
  readonly kind: string;
  readonly uri: string;
  /** Roles that may use it; empty: every participant. */
  readonly roles: readonly string[];
}

/** One `<entry>` of `<available-media>`. */
export interface MediumView {
  readonly label: string;
  readonly displayText: string;
  /** `message` is chat. */
  readonly type: string;
  /** Without one: `sendrecv`. */
  readonly status: MediaStatus;
  readonly controls: ControlsView;
  readonly fileTransfer?: FileTransferView;
  readonly collaboration?: CollaborationView;
}

/** One `<media>` of an endpoint. */
export interface StreamView {
  readonly id: string;
  readonly displayText: string;
  readonly type: string;
  readonly label: string;
  readonly status?: MediaStatus;
  /** Controls of `<to-mixer>`, joined: what the endpoint sends. */
  readonly toMixer: ControlsView;
  /** Controls of `<from-mixer>`, joined: what the endpoint gets. */
  readonly fromMixer: ControlsView;
}

/** Reads the entries of a checked `<available-media>`. */
export function mediaView(description: XmlElement | undefined): readonly MediumView[] {
  return childrenNamed(childElement(description, info, 'available-media'), info, 'entry').map((entry) => ({
    label: attribute(entry, 'label'),
    displayText: textIn(entry, info, 'display-text'),
    type: textIn(entry, info, 'type'),
    status: statusOf(entry) ?? 'sendrecv',
    controls: controlsView(childElement(entry, xcon, 'controls')),
    ...given('fileTransfer', fileTransferView(childElement(entry, chat, 'file-transfer'))),
    ...given('collaboration', collaborationView(childElement(entry, chat, 'collaboration'))),
  }));
}

/** Reads a checked `<media>` of an endpoint. */
export function streamView(media: XmlElement): StreamView {
  const mixer = (name: string): ControlsView =>
    Object.assign(
      {},
      ...childrenNamed(childElement(media, xcon, name), xcon, 'controls').map((controls) => controlsView(controls)),
    ) as ControlsView;
  return {
    id: attribute(media, 'id'),
    displayText: textIn(media, info, 'display-text'),
    type: textIn(media, info, 'type'),
    label: textIn(media, info, 'label'),
    ...given('status', statusOf(media)),
    toMixer: mixer('to-mixer'),
    fromMixer: mixer('from-mixer'),
  };
}

function statusOf(element: XmlElement): MediaStatus | undefined {
  const text = textIn(element, info, 'status');
  return text === '' ? undefined : choice(text, ['sendrecv', 'sendonly', 'recvonly', 'inactive']);
}

function controlsView(element: XmlElement | undefined): ControlsView {
  return {
    ...(childElement(element, xcon, 'mute') === undefined ? {} : { mute: booleanIn(element, xcon, 'mute', false) }),
    ...(childElement(element, xcon, 'pause-video') === undefined
      ? {}
      : { pauseVideo: booleanIn(element, xcon, 'pause-video', false) }),
    ...given('gain', numberIn(element, xcon, 'gain')),
    ...givenText('videoLayout', textIn(element, xcon, 'video-layout')),
  };
}

function fileTransferView(element: XmlElement | undefined): FileTransferView | undefined {
  if (element === undefined) return undefined;
  return {
    direction: choice(attribute(element, 'direction'), ['sendrecv', 'sendonly', 'recvonly']),
    ...given('maxSizeBytes', numberAttribute(element, 'max-size')),
    types: words(attribute(element, 'types')),
    to: choice(attribute(element, 'to'), ['both', 'room', 'one']),
    keepContent: booleanAttribute(element, 'keep-content', false),
  };
}

function collaborationView(element: XmlElement | undefined): CollaborationView | undefined {
  if (element === undefined) return undefined;
  return {
    kind: attribute(element, 'kind'),
    uri: attribute(element, 'uri'),
    roles: words(attributeOf(element, 'roles') ?? ''),
  };
}
