import { defaultXmlLimits, type XmlLimits } from '@plenary/wire/xml';
import { IDENTIFIER_MAX_LENGTH } from '../host.js';

/** What one CCMP message may have at most; lengths in UTF-16 units. */
export interface CcmpLimits {
  readonly xml: XmlLimits;
  /** `<confUserID>`, `<confObjID>`, `<extensionName>`. */
  readonly identifierLength: number;
  /** `<username>`, `<password>`, `<conference-password>`. */
  readonly credentialLength: number;
  readonly filterLength: number;
}

export const defaultCcmpLimits: CcmpLimits = {
  xml: defaultXmlLimits,
  identifierLength: IDENTIFIER_MAX_LENGTH,
  credentialLength: 1024,
  filterLength: 4096,
};
