import { attributeOf, childElement, childrenNamed, type XmlElement } from '@plenary/wire/xml';
import { type FloorInformationView, floorView, type UriView, urisView } from './floor-view.js';
import { mediaView, type MediumView } from './media-view.js';
import { attribute, booleanIn, chat, given, givenText, info, numberIn, textIn, words, xcon } from './reading.js';
import {
  type HistoryView,
  historyView,
  type LoggingView,
  loggingView,
  roomPolicyView,
  type RoomPolicyView,
} from './room-policy.js';
import { type ConferenceTimeView, timesView } from './times-view.js';
import { type AdmissionView, admissionView, userView, type UserView } from './users-view.js';

/** What rules need of a conference document. Texts that are not there are empty. */
export interface ConferenceView extends AdmissionView {
  /** XCON-URI. */
  readonly entity: string;
  /** Undefined: the document carries none. */
  readonly version?: number;
  readonly displayText: string;
  readonly subject: string;
  readonly freeText: string;
  readonly keywords: readonly string[];
  readonly confUris: readonly UriView[];
  readonly serviceUris: readonly UriView[];
  /** Undefined: as many as the system allows. */
  readonly maximumUserCount?: number;
  readonly availableMedia: readonly MediumView[];
  readonly language: string;
  /** "If absent, … the conference cannot create sidebar conferences" (RFC 6501 §4.2.2). */
  readonly allowSidebars: boolean;
  readonly cloningParent?: string;
  readonly sidebarParent?: string;
  readonly times: readonly ConferenceTimeView[];
  readonly userCount?: number;
  readonly active: boolean;
  readonly locked: boolean;
  /** "default value of true" (RFC 6501 §4.4.1). */
  readonly allowEventSubscription: boolean;
  readonly users: readonly UserView[];
  readonly sidebarsByRef: readonly UriView[];
  /** XCON-URIs of the entries of `<sidebars-by-val>`. */
  readonly sidebarsByVal: readonly string[];
  readonly floor?: FloorInformationView;
  readonly policy: RoomPolicyView;
  readonly history: HistoryView;
  readonly logging: LoggingView;
  readonly venue?: { readonly uri: string; readonly reason: string };
  /** Paths of what a dependent child may not change; the same as `policy.parentEnforced`. */
  readonly enforced: readonly string[];
}

/** Reads a checked conference document, whole or a change. Costs one walk through it: keep it beside the document. */
export function conferenceView(document: XmlElement): ConferenceView {
  const description = childElement(document, info, 'conference-description');
  const state = childElement(document, info, 'conference-state');
  const users = childElement(document, info, 'users');
  const venue = childElement(description, chat, 'alternate-venue');
  const version = attributeOf(document, 'version');
  const policy = roomPolicyView(childElement(description, chat, 'room-policy'));
  return {
    entity: attribute(document, 'entity'),
    ...given('version', version === undefined || version === '' ? undefined : Number(version)),
    displayText: textIn(description, info, 'display-text'),
    subject: textIn(description, info, 'subject'),
    freeText: textIn(description, info, 'free-text'),
    keywords: words(textIn(description, info, 'keywords')),
    confUris: urisView(childElement(description, info, 'conf-uris')),
    serviceUris: urisView(childElement(description, info, 'service-uris')),
    ...given('maximumUserCount', numberIn(description, info, 'maximum-user-count')),
    availableMedia: mediaView(description),
    language: textIn(description, xcon, 'language'),
    allowSidebars: booleanIn(description, xcon, 'allow-sidebars', false),
    ...givenText('cloningParent', textIn(description, xcon, 'cloning-parent')),
    ...givenText('sidebarParent', textIn(description, xcon, 'sidebar-parent')),
    times: timesView(childElement(description, xcon, 'conference-time')),
    ...given('userCount', numberIn(state, info, 'user-count')),
    active: booleanIn(state, info, 'active', false),
    locked: booleanIn(state, info, 'locked', false),
    allowEventSubscription: booleanIn(state, xcon, 'allow-conference-event-subscription', true),
    ...admissionView(users),
    users: childrenNamed(users, info, 'user').map((user) => userView(user)),
    sidebarsByRef: urisView(childElement(document, info, 'sidebars-by-ref')),
    sidebarsByVal: childrenNamed(childElement(document, info, 'sidebars-by-val'), info, 'entry').map((entry) =>
      attribute(entry, 'entity'),
    ),
    ...given('floor', floorView(document)),
    policy,
    history: historyView(childElement(description, chat, 'history')),
    logging: loggingView(childElement(state, chat, 'logging')),
    ...(venue === undefined ? {} : { venue: { uri: attribute(venue, 'uri'), reason: attribute(venue, 'reason') } }),
    enforced: policy.parentEnforced,
  };
}
