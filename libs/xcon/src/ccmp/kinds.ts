/** What is done to the object a message is about (RFC 6503 §4.1). */
export const ccmpOperations = ['retrieve', 'create', 'update', 'delete'] as const;
export type CcmpOperation = (typeof ccmpOperations)[number];

/** True for one of the four operations. */
export function isCcmpOperation(text: string): text is CcmpOperation {
  return (ccmpOperations as readonly string[]).includes(text);
}

/** The pairs of request and response that RFC 6503 §5.3 defines. */
export type CcmpMessageKind =
  | 'blueprints'
  | 'blueprint'
  | 'confs'
  | 'conf'
  | 'users'
  | 'user'
  | 'sidebarsByVal'
  | 'sidebarByVal'
  | 'sidebarsByRef'
  | 'sidebarByRef'
  | 'options'
  | 'extended';

/** How one pair looks on the wire and what it needs. */
export interface CcmpMessageForm {
  /** Local name of the request's own element; `optionsRequest` has none, it is only a type. */
  readonly request: string | undefined;
  /** Local name of the response's own element. */
  readonly response: string;
  /** Local name of the type a request names in `xsi:type`. */
  readonly requestType: string;
  readonly responseType: string;
  /** Element with the document part in a request; absent where a request has none. */
  readonly requestInfo: string | undefined;
  /** Element with the document part, or the list, in a response. */
  readonly responseInfo: string | undefined;
  /** A request may carry `<xpathFilter>`. */
  readonly filter: boolean;
  /** Whether `<operation>` is there (RFC 6503 §5.1): without one, a message retrieves and answers have none. */
  readonly operation: boolean;
  /** The cells of RFC 6503 Table 1 that are not "N/A"; those with "N/A*" are in: who may do them is the server's policy. */
  readonly operations: readonly CcmpOperation[];
  /** Whether `<confObjID>` must be there, may (conf: the operation decides; extended: the extension), or is not looked at. */
  readonly confObjId: 'required' | 'allowed' | 'ignored';
}

function form(name: string, has: Partial<CcmpMessageForm>): CcmpMessageForm {
  return {
    request: `${name}Request`,
    response: `${name}Response`,
    requestType: `ccmp-${name}-request-message-type`,
    responseType: `ccmp-${name}-response-message-type`,
    requestInfo: undefined,
    responseInfo: `${name}Info`,
    filter: false,
    operation: true,
    operations: ccmpOperations,
    confObjId: 'required',
    ...has,
  };
}

const list = { filter: true, operation: false, operations: ['retrieve'] } as const;

/**
 * Every kind of message, its names and its needs.
 *
 * Spec: RFC 6503 §5.1, §5.3 Table 1, §11.   Req: CCMP-023, CCMP-043, CCMP-060, CCMP-065, CCMP-082.
 */
export const ccmpMessages: Readonly<Record<CcmpMessageKind, CcmpMessageForm>> = {
  blueprints: form('blueprints', { ...list, confObjId: 'ignored' }),
  blueprint: form('blueprint', { requestInfo: 'blueprintInfo' }),
  confs: form('confs', { ...list, confObjId: 'ignored' }),
  conf: form('conf', { requestInfo: 'confInfo', confObjId: 'allowed' }),
  users: form('users', { requestInfo: 'usersInfo', operations: ['retrieve', 'update'] }),
  user: form('user', { requestInfo: 'userInfo' }),
  sidebarsByVal: form('sidebarsByVal', list),
  sidebarByVal: form('sidebarByVal', { requestInfo: 'sidebarByValInfo' }),
  sidebarsByRef: form('sidebarsByRef', list),
  sidebarByRef: form('sidebarByRef', { requestInfo: 'sidebarByRefInfo' }),
  options: form('options', {
    request: undefined,
    responseInfo: undefined,
    operation: false,
    operations: ['retrieve'],
    confObjId: 'ignored',
  }),
  extended: form('extended', { responseInfo: undefined, confObjId: 'allowed' }),
};

/** All kinds, in the order of RFC 6503 §5.3. */
export const ccmpMessageKinds = Object.keys(ccmpMessages) as readonly CcmpMessageKind[];

/** The ten names `optionsResponse` may list (RFC 6503 §11, standard-message-name-type; Q19). */
export const standardMessageNames: readonly string[] = ccmpMessageKinds
  .filter((kind) => kind !== 'options' && kind !== 'extended')
  .map((kind) => `${kind}Request`);
