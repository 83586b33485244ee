import { ObjectList } from '@plenary/proto/roomstate';
import { responseTo } from '@plenary/xcon';
import { answerWith } from '../respond.js';
import type { RequestHandler } from './work.js';

/**
 * What this server offers. Room-state only says whether the requestor is who it claims to be, as for every list.
 *
 * Spec: RFC 6503 §5.3.12.   Req: CCMP-047, CCMP-084, SEC-008.
 */
export const optionsRequest: RequestHandler = async (
  { request, requestor, source, deadline },
  { roomState, offers },
) => {
  const { code, detail, userId } = await roomState.listObjects(
    {
      requestor,
      list: ObjectList.BLUEPRINTS,
      object: '',
      conferencePassword: undefined,
      limit: 1,
      after: '',
      source,
    },
    deadline,
  );
  if (code !== 200) return answerWith(request, code, detail);
  return {
    ...responseTo(request),
    code,
    ...(userId === '' ? {} : { confUserId: userId }),
    options: offers.options(),
  };
};
