import { child, type TypeTable } from './schema.js';

/** RFC 6501 §4.1–4.4, 4.7, 4.8 and §5: the conference itself, its description, hosts, state, sidebars, URIs. */
export const conferenceTypes = {
  conference: {
    attributes: [
      { name: 'entity', type: 'anyURI', required: true },
      { name: 'version', type: 'unsignedInt' },
    ],
    children: [
      child('info', 'conference-description', 'description'),
      child('info', 'host-info', 'host'),
      child('info', 'conference-state', 'state'),
      child('info', 'users', 'users'),
      child('info', 'sidebars-by-ref', 'uris'),
      child('info', 'sidebars-by-val', 'sidebars'),
      child('xcon', 'floor-information', 'floorInformation'),
    ],
    open: true,
    key: { attribute: 'entity' },
    merge: 'keep',
  },
  description: {
    attributes: [{ ns: 'xml', name: 'lang', type: 'language' }],
    children: [
      child('info', 'display-text', 'text'),
      child('info', 'subject', 'text'),
      child('info', 'free-text', 'text'),
      child('info', 'keywords', 'words'),
      child('info', 'conf-uris', 'confUris'),
      child('info', 'service-uris', 'uris'),
      child('info', 'maximum-user-count', 'count'),
      child('info', 'available-media', 'availableMedia'),
      child('xcon', 'language', 'language'),
      child('xcon', 'allow-sidebars', 'boolean'),
      child('xcon', 'cloning-parent', 'anyURI'),
      child('xcon', 'sidebar-parent', 'anyURI'),
      child('xcon', 'conference-time', 'time'),
      child('chat', 'room-policy', 'roomPolicy'),
      child('chat', 'history', 'history'),
      child('chat', 'alternate-venue', 'alternateVenue'),
    ],
    open: true,
    merge: 'keep',
  },
  host: {
    children: [
      child('info', 'display-text', 'text'),
      child('info', 'web-page', 'anyURI'),
      child('info', 'uris', 'uris'),
    ],
    open: true,
    merge: 'merge',
  },
  state: {
    children: [
      child('info', 'user-count', 'unsignedInt'),
      child('info', 'active', 'boolean'),
      child('info', 'locked', 'boolean'),
      child('xcon', 'allow-conference-event-subscription', 'boolean'),
      child('chat', 'logging', 'logging'),
    ],
    open: true,
    merge: 'keep',
  },
  uris: { children: [child('info', 'entry', 'uri', '*')], open: true, merge: 'replace' },
  confUris: { children: [child('info', 'entry', 'confUri', '*')], open: true, merge: 'merge' },
  uri: {
    children: [
      child('info', 'uri', 'anyURI', '1'),
      child('info', 'display-text', 'text'),
      child('info', 'purpose', 'text'),
      child('info', 'modified', 'execution'),
    ],
    open: true,
    key: { child: 'uri' },
    merge: 'merge',
  },
  // §4.2.6: "<conference-password> MUST NOT appear in elements of type "uris-type" other than <conf-uris>"
  confUri: {
    children: [
      child('info', 'uri', 'anyURI', '1'),
      child('info', 'display-text', 'text'),
      child('info', 'purpose', 'text'),
      child('info', 'modified', 'execution'),
      child('xcon', 'conference-password', 'text', '*'),
    ],
    open: true,
    key: { child: 'uri' },
    merge: 'merge',
  },
  execution: {
    children: [child('info', 'when', 'dateTime'), child('info', 'reason', 'text'), child('info', 'by', 'anyURI')],
    merge: 'replace',
  },
  sidebars: { children: [child('info', 'entry', 'conference', '*')], open: true, merge: 'merge' },
} as const satisfies TypeTable;
