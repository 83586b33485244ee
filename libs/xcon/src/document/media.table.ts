import { child, type TypeTable } from './schema.js';

/** RFC 6501 §4.2.7, §4.6.5.6: what media a conference has, and what an endpoint does with them. */
export const mediaTypes = {
  availableMedia: { children: [child('info', 'entry', 'medium', '*')], open: true, merge: 'merge' },
  medium: {
    attributes: [{ name: 'label', type: 'token', required: true }],
    children: [
      child('info', 'display-text', 'text'),
      child('info', 'type', 'mediumType', '1'),
      child('info', 'status', 'mediaStatus'),
      child('xcon', 'mixing-mode', 'mixingMode'),
      child('xcon', 'codecs', 'codecs'),
      child('xcon', 'controls', 'controls'),
      child('chat', 'file-transfer', 'fileTransfer'),
      child('chat', 'collaboration', 'collaboration'),
    ],
    open: true,
    key: { attribute: 'label' },
    merge: 'merge',
  },
  // Chat is `message`; RFC 6504 §7.3 writes `text`.
  mediumType: { text: 'token', readAs: { text: 'message' }, merge: 'replace' },
  streamType: { text: 'string', readAs: { text: 'message' }, merge: 'replace' },
  mixingMode: { text: { oneOf: ['moderator-controlled', 'FCFS', 'automatic'] }, merge: 'replace' },
  codecs: {
    attributes: [{ name: 'decision', type: { oneOf: ['automatic', 'moderator-controlled'] }, required: true }],
    children: [child('xcon', 'codec', 'codec', '*')],
    open: true,
    merge: 'replace',
  },
  codec: {
    attributes: [
      { name: 'name', type: 'string', required: true },
      { name: 'policy', type: { oneOf: ['allowed', 'disallowed'] }, required: true },
    ],
    children: [child('xcon', 'subtype', 'text')],
    open: true,
    merge: 'replace',
  },
  controls: {
    children: [
      child('xcon', 'mute', 'boolean'),
      child('xcon', 'pause-video', 'boolean'),
      child('xcon', 'gain', 'gain'),
      // "any number of custom layouts may be specified in future extensions"
      child('xcon', 'video-layout', 'required text'),
    ],
    open: true,
    merge: 'merge',
  },
  endpoint: {
    attributes: [
      { name: 'entity', type: 'anyURI', required: true },
      { ns: 'chat', name: 'nickname', type: 'string' },
    ],
    children: [
      child('info', 'display-text', 'text'),
      child('info', 'referred', 'execution'),
      child('info', 'status', 'endpointStatus'),
      child('info', 'joining-method', 'joiningMethod'),
      child('info', 'joining-info', 'execution'),
      child('info', 'disconnection-method', 'disconnectionMethod'),
      child('info', 'disconnection-info', 'execution'),
      child('info', 'media', 'media', '*', 'mediaPerEndpoint'),
      child('info', 'call-info', 'call'),
      child('chat', 'contact', 'contact'),
    ],
    open: true,
    leftOut: ['floor'],
    key: { attribute: 'entity' },
    merge: 'merge',
  },
  media: {
    attributes: [{ name: 'id', type: 'int', required: true }],
    children: [
      child('info', 'display-text', 'text'),
      child('info', 'type', 'streamType'),
      child('info', 'label', 'text'),
      child('info', 'src-id', 'text'),
      child('info', 'status', 'mediaStatus'),
      child('xcon', 'to-mixer', 'mixer'),
      child('xcon', 'from-mixer', 'mixer'),
    ],
    open: true,
    key: { attribute: 'id' },
    merge: 'merge',
  },
  mixer: {
    attributes: [{ name: 'name', type: 'string', required: true }],
    children: [child('xcon', 'floor', 'heldFloor', '*'), child('xcon', 'controls', 'controls', '*')],
    open: true,
    merge: 'replace',
  },
  heldFloor: {
    text: 'boolean',
    attributes: [{ name: 'id', type: 'string', required: true }],
    merge: 'replace',
  },
  call: { children: [child('info', 'sip', 'sipDialog', '1')], open: true, merge: 'replace' },
  sipDialog: {
    children: [
      child('info', 'display-text', 'text'),
      child('info', 'call-id', 'required text', '1'),
      child('info', 'from-tag', 'required text', '1'),
      child('info', 'to-tag', 'required text', '1'),
    ],
    open: true,
    merge: 'replace',
  },
  mediaStatus: { text: { oneOf: ['recvonly', 'sendonly', 'sendrecv', 'inactive'] }, merge: 'replace' },
  endpointStatus: {
    text: {
      oneOf: [
        'pending',
        'dialing-out',
        'dialing-in',
        'alerting',
        'on-hold',
        'connected',
        'muted-via-focus',
        'disconnecting',
        'disconnected',
      ],
    },
    merge: 'replace',
  },
  joiningMethod: { text: { oneOf: ['dialed-in', 'dialed-out', 'focus-owner'] }, merge: 'replace' },
  disconnectionMethod: { text: { oneOf: ['departed', 'booted', 'failed', 'busy'] }, merge: 'replace' },
} as const satisfies TypeTable;
