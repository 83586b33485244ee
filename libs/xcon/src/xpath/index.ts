export { compileXpath, defaultXpathLimits, type XpathFilter, type XpathOptions } from './compile.js';
export { XPATH_ERRORS, XpathError, type XpathErrorCode } from './xpath-error.js';
