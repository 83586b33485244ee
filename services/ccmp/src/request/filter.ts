import { err, ok, type Result } from '@plenary/wire';
import { type CcmpRequest, compileXpath, type XpathFilter } from '@plenary/xcon';

/** The `<xpathFilter>` of a list message; undefined without one. Err in words. Req: CCMP-061. */
export function filterOf(request: CcmpRequest): Result<XpathFilter | undefined, string> {
  if (request.xpathFilter === undefined) return ok(undefined);
  const compiled = compileXpath(request.xpathFilter, { prefixes: request.prefixes });
  return compiled.ok ? compiled : err(compiled.error.message);
}
