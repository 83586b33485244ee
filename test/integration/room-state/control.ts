import { Requestor } from '@plenary/proto/roomstate';
import type { Performed, PerformRequestOf } from '@plenary/room-state';
import { attributeOf, childElement, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { conferenceView, namespaces, userView, type ConferenceView, type UserView } from '@plenary/xcon';
import type { Replica } from './replicas.js';

/** What one step of conference control says; who asks is named by its user name, empty: nobody. */
export interface Step extends Partial<Omit<PerformRequestOf, 'requestor' | 'document'>> {
  readonly by: string;
  readonly message: PerformRequestOf['message'];
  readonly operation: PerformRequestOf['operation'];
  /** Children of the info element; the element around them is made by the message. */
  readonly body?: string;
  /** 'entity' of the info element. */
  readonly entity?: string;
  /** 'version' of the info element. */
  readonly version?: bigint;
  readonly systemRoles?: readonly string[];
  /** Names no confUserID. */
  readonly withoutId?: boolean;
}

export const userId = (name: string): string => `xcon-userid:${name}@localhost`;

const names = `xmlns="${namespaces.info}" xmlns:xcon="${namespaces.xcon}" xmlns:chat="${namespaces.chat}"`;
const roots = { users: 'users', user: 'user' } as const;
let requests = 0;

/** Asks one replica for one operation, as the CCMP server does. */
export function control({ context }: Replica, step: Step): Promise<Performed> {
  const { by, message, operation, object = '', body, entity, version, systemRoles = [], withoutId = false } = step;
  const root = message in roots ? roots[message as keyof typeof roots] : 'conference-info';
  const attributes = [
    entity === undefined ? '' : ` entity="${entity}"`,
    version === undefined ? '' : ` version="${version.toString()}"`,
  ].join('');
  const identity = {
    username: by,
    uris: [`sip:${by}@localhost`],
    systemRoles: [...systemRoles],
    userIds: [userId(by)],
  };
  return context.conferences.perform({
    requestId: step.requestId ?? `control-${String(++requests)}`,
    requestor: Requestor.fromPartial(
      by === ''
        ? {}
        : {
            userId: withoutId ? '' : userId(by),
            identity,
          },
    ),
    message,
    operation,
    object,
    password: step.password,
    targetUserId: step.targetUserId ?? '',
    document:
      body === undefined && entity === undefined ? '' : `<${root} ${names}${attributes}>${body ?? ''}</${root}>`,
    source: step.source ?? '',
  });
}

/** The answer's document as rules read it. */
export function viewOf({ document }: Performed): ConferenceView {
  if (document === undefined) throw new Error('the answer has no document');
  return conferenceView(document);
}

export function userOf({ document }: Performed): UserView {
  if (document === undefined) throw new Error('the answer has no user');
  return userView(document);
}

/** A `<user>` of a conference document. */
export function userIn({ document }: Performed, name: string): XmlElement | undefined {
  return childrenNamed(childElement(document, namespaces.info, 'users'), namespaces.info, 'user').find(
    (user) => attributeOf(user, 'entity') === userId(name),
  );
}

/** Texts of the `<status>` of each endpoint of a user. */
export function statuses(user: XmlElement | undefined): readonly string[] {
  return childrenNamed(user, namespaces.info, 'endpoint').map((endpoint) => {
    const status = childElement(endpoint, namespaces.info, 'status');
    return status === undefined ? '' : textOf(status);
  });
}
