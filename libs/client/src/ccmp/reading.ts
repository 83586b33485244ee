import { err, ok } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import { type CcmpRequestToSend, type CcmpResponse, conferenceView, userView } from '@plenary/xcon';
import { CcmpFailure } from './failure.js';
import type { AskOptions, CcmpResult, Conference, ConferenceUser } from './results.js';

/** What a request says of its object. */
export function about(
  uri: string | undefined,
  { password }: AskOptions,
): Pick<CcmpRequestToSend, 'confObjId' | 'conferencePassword'> {
  return {
    ...(uri === undefined ? {} : { confObjId: uri }),
    ...(password === undefined ? {} : { conferencePassword: password }),
  };
}

/** The result with what `read` makes of the answer. */
export function withResponse<T>(answer: CcmpResult<CcmpResponse>, read: (response: CcmpResponse) => T): CcmpResult<T> {
  return answer.ok ? ok({ ...answer.value, value: read(answer.value.value) }) : answer;
}

/** The same for answers that must have a document part: err `protocol` without one. */
export function withInfo<T>(answer: CcmpResult<CcmpResponse>, read: (info: XmlElement) => T): CcmpResult<T> {
  if (!answer.ok) return answer;
  const { info, code } = answer.value.response;
  if (info !== undefined) return ok({ ...answer.value, value: read(info) });
  return err(new CcmpFailure('protocol', 'the answer has no document', { code, response: answer.value.response }));
}

/** For answers that say all they have to say by their code and version. */
export function nothing(): void {
  // No value.
}

/** A conference, of its document. */
export function conferenceOf(document: XmlElement): Conference {
  return { document, view: conferenceView(document) };
}

/** The conference in an answer, if there is one. */
export function infoOf({ info }: CcmpResponse): Conference | undefined {
  return info === undefined ? undefined : conferenceOf(info);
}

/** The user in an answer, if there is one. */
export function userOf({ info }: CcmpResponse): ConferenceUser | undefined {
  return info === undefined ? undefined : conferenceUserOf(info);
}

/** A user, of its element. */
export function conferenceUserOf(element: XmlElement): ConferenceUser {
  return { element, view: userView(element) };
}
