/** Every way in which a filter is refused or gives up, with the CCMP response code (RFC 6503 §5.4). */
export const XPATH_ERRORS = {
  'xpath-too-long': { status: 400, text: 'the filter is longer than it may be' },
  'xpath-too-deep': { status: 400, text: 'the filter nests more deeply than it may' },
  'xpath-syntax': { status: 400, text: 'the filter is no XPath expression' },
  'xpath-type': { status: 400, text: 'a node-set is needed where the filter has none' },
  'xpath-function': {
    status: 400,
    text: 'the filter calls a function that is not defined, or with a wrong number of arguments',
  },
  'xpath-prefix': { status: 400, text: 'the filter uses a prefix that is not declared' },
  'xpath-axis': { status: 400, text: 'the filter uses an axis that is not offered' },
  'xpath-too-costly': { status: 510, text: 'the filter takes more steps than it may' },
} as const satisfies Record<string, { status: 400 | 510; text: string }>;
export type XpathErrorCode = keyof typeof XPATH_ERRORS;

/** Why a filter was refused, or its evaluation given up. Req: CCMP-061. */
export class XpathError extends Error {
  override name = 'XpathError';
  readonly status: 400 | 510;

  constructor(readonly code: XpathErrorCode) {
    super(XPATH_ERRORS[code].text);
    this.status = XPATH_ERRORS[code].status;
  }
}
