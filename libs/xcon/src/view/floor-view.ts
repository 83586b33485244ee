import { childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { attribute, booleanIn, choice, given, givenText, info, numberIn, textIn, xcon } from './reading.js';

/** One `<floor>` of the floor policy. */
export interface FloorView {
  readonly id: string;
  /** Labels of available media. */
  readonly mediaLabels: readonly string[];
  /** Empty where there is none. */
  readonly algorithm: '' | 'moderator-controlled' | 'FCFS' | 'random';
  readonly maximumUsers?: number;
  readonly moderatorId?: string;
}

/** `<floor-information>`. */
export interface FloorInformationView {
  readonly conferenceId?: string;
  /** "a default value of FALSE" (RFC 6501 §4.5.2). */
  readonly allowFloorEvents: boolean;
  /** "block: … the default action" (RFC 6501 §4.5.3). */
  readonly requestHandling: 'block' | 'confirm';
  readonly floors: readonly FloorView[];
}

/** Reads a checked `<floor-information>`; undefined: the conference has no floor. Req: FLOOR-001, FLOOR-002. */
export function floorView(document: XmlElement): FloorInformationView | undefined {
  const element = childElement(document, xcon, 'floor-information');
  if (element === undefined) return undefined;
  return {
    ...givenText('conferenceId', textIn(element, xcon, 'conference-ID')),
    allowFloorEvents: booleanIn(element, xcon, 'allow-floor-events', false),
    requestHandling: choice(textIn(element, xcon, 'floor-request-handling'), ['block', 'confirm']),
    floors: childrenNamed(childElement(element, xcon, 'conference-floor-policy'), xcon, 'floor').map((floor) => ({
      id: attribute(floor, 'id'),
      mediaLabels: childrenNamed(floor, xcon, 'media-label').map((label) => textOf(label)),
      algorithm: choice(textIn(floor, xcon, 'algorithm'), ['', 'moderator-controlled', 'FCFS', 'random']),
      ...given('maximumUsers', numberIn(floor, xcon, 'max-floor-users')),
      ...givenText('moderatorId', textIn(floor, xcon, 'moderator-id')),
    })),
  };
}

/** One entry of a list of URIs. */
export interface UriView {
  readonly uri: string;
  readonly displayText: string;
  readonly purpose: string;
  /** Of `<conf-uris>` only. */
  readonly passwords: readonly string[];
}

/** Reads the entries of a checked list of URIs. */
export function urisView(list: XmlElement | undefined): readonly UriView[] {
  return childrenNamed(list, info, 'entry').map((entry) => ({
    uri: textIn(entry, info, 'uri'),
    displayText: textIn(entry, info, 'display-text'),
    purpose: textIn(entry, info, 'purpose'),
    passwords: childrenNamed(entry, xcon, 'conference-password').map((password) => textOf(password)),
  }));
}
