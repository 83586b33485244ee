// RFC 4975 §8.2:
//   path = path-label ":" path-list      path-label = "path"      path-list = MSRP-URI *(SP MSRP-URI)
// The URIs stay strings here; only what an offer is judged by is looked at.

/** What a=path shows of one MSRP URI. */
export interface PathUri {
  readonly uri: string;
  readonly secure: boolean;
  /** Without brackets around an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** In lower case: `tcp`, `ws`, or one to come. */
  readonly transport: string;
}

/** URIs in one path at most: endpoint and relays of one side. */
export const PATH_LIMIT = 8;

const MSRP_URI =
  /^(msrps?):\/\/(?:[^\s@/;]*@)?(\[[0-9A-Fa-f:.]+\]|[^\s:/;@[\]]+):(\d{1,5})(?:\/[^\s;]*)?;([0-9A-Za-z]+)(?:;[^\s]*)?$/iu;

/**
 * Reads a=path: undefined when it is empty, longer than the limit, or holds something that is no MSRP URI with an explicit
 * port. "Implementations MUST accept" several URIs (RFC 4975 §8.3).   Req: SDP-003, SDP-004, TRN-003.
 */
export function parsePath(value: string): readonly PathUri[] | undefined {
  const uris = value.split(/[ \t]+/u).filter((uri) => uri !== '');
  if (uris.length === 0 || uris.length > PATH_LIMIT) return undefined;
  const path: PathUri[] = [];
  for (const uri of uris) {
    const seen = parsePathUri(uri);
    if (seen === undefined) return undefined;
    path.push(seen);
  }
  return path;
}

/** Reads one URI of a path. */
export function parsePathUri(uri: string): PathUri | undefined {
  const [, scheme, authority, digits, transport] = MSRP_URI.exec(uri) ?? [];
  if (scheme === undefined || authority === undefined || transport === undefined) return undefined;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return undefined;
  const host = authority.startsWith('[') ? authority.slice(1, -1) : authority;
  return { uri, secure: scheme.toLowerCase() === 'msrps', host, port, transport: transport.toLowerCase() };
}

/** Writes a=path. Throws `RangeError` when `parsePath` would not read it. */
export function formatPath(uris: readonly string[]): string {
  const value = uris.join(' ');
  if (parsePath(value)?.length !== uris.length) throw new RangeError('a path needs MSRP URIs with explicit ports');
  return value;
}
