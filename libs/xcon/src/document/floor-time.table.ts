import { child, type TypeTable } from './schema.js';
import { conferenceRoles } from './users.table.js';

/** RFC 6501 §4.5: floors. */
export const floorTypes = {
  floorInformation: {
    children: [
      child('xcon', 'conference-ID', 'unsignedLong'),
      child('xcon', 'allow-floor-events', 'boolean'),
      child('xcon', 'floor-request-handling', 'floorRequestHandling'),
      child('xcon', 'conference-floor-policy', 'floorPolicy'),
    ],
    open: true,
    merge: 'merge',
  },
  floorRequestHandling: { text: { oneOf: ['block', 'confirm'] }, merge: 'replace' },
  floorPolicy: { children: [child('xcon', 'floor', 'floor', '+')], merge: 'merge' },
  floor: {
    attributes: [{ name: 'id', type: 'token', required: true }],
    children: [
      child('xcon', 'media-label', 'nonNegativeInteger', '+'),
      child('xcon', 'algorithm', 'algorithm'),
      child('xcon', 'max-floor-users', 'nonNegativeInteger'),
      child('xcon', 'moderator-id', 'nonNegativeInteger'),
    ],
    open: true,
    key: { attribute: 'id' },
    merge: 'merge',
  },
  algorithm: { text: { oneOf: ['moderator-controlled', 'FCFS', 'random'] }, merge: 'replace' },
} as const satisfies TypeTable;

/** RFC 6501 §4.2.5: when a conference takes place. */
export const timeTypes = {
  time: { children: [child('xcon', 'entry', 'timeEntry', '*', 'times')], merge: 'replace' },
  timeEntry: {
    children: [
      child('xcon', 'base', 'calendar', '1'),
      child('xcon', 'mixing-start-offset', 'mixingOffset'),
      child('xcon', 'mixing-end-offset', 'mixingOffset'),
      child('xcon', 'can-join-after-offset', 'utcDateTime'),
      child('xcon', 'must-join-before-offset', 'utcDateTime'),
      child('xcon', 'request-user', 'utcDateTime'),
      child('xcon', 'notify-end-of-conference', 'nonNegativeInteger'),
      child('xcon', 'allowed-extend-mixing-end-offset', 'boolean'),
    ],
    open: true,
    merge: 'replace',
  },
  mixingOffset: {
    text: 'utcDateTime',
    attributes: [{ name: 'required-participant', type: { oneOf: conferenceRoles }, required: true }],
    merge: 'replace',
  },
} as const satisfies TypeTable;
