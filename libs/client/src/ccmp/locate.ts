/** A NAPTR record, as `resolveNaptr` of `node:dns/promises` gives it. */
export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly regexp: string;
  readonly replacement: string;
}

/** Looks up the NAPTR records of a name; an empty list where there are none. */
export type NaptrResolver = (name: string) => Promise<readonly NaptrRecord[]>;

/** Names asked in a row, where one delegates to the next. */
const LONGEST_CHAIN = 5;

/**
 * Finds the conference server of a domain by U-NAPTR: service `XCON`, protocol `CCMP`. Records without flag name another domain to ask,
 * those with `u` give the URI. The best one by order and preference that leads somewhere counts; undefined when none does. Only `https`
 * and `http` URIs come out. Rejects as the resolver does.
 *
 * Spec: RFC 6503 §7, §12.4; RFC 4848.   Req: CCMP-015.
 */
export function locateCcmpServer(domain: string, resolve: NaptrResolver): Promise<string | undefined> {
  return locate(domain, resolve, new Set());
}

async function locate(domain: string, resolve: NaptrResolver, asked: Set<string>): Promise<string | undefined> {
  const name = domain.toLowerCase().replace(/\.$/u, '');
  if (asked.has(name) || asked.size >= LONGEST_CHAIN || name === '') return undefined;
  asked.add(name);
  const records = (await resolve(name)).filter(({ service }) => /^XCON[-:]CCMP$/iu.test(service));
  const sorted = records.toSorted((one, other) => one.order - other.order || one.preference - other.preference);
  for (const { flags, regexp, replacement } of sorted) {
    const found =
      flags.toLowerCase() === 'u'
        ? uriOf(regexp)
        : flags === ''
          ? await locate(replacement, resolve, asked)
          : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

// RFC 4848 §4.2: "The only terms of regular expressions allowed are those that match anything": !.*!URI!, which RFC 6503 §7 prints as
// !*.!URI!
function uriOf(regexp: string): string | undefined {
  const delimiter = regexp.charAt(0);
  const [before, pattern, uri, after, ...more] = delimiter === '' ? [] : regexp.split(delimiter);
  const isWhole =
    before === '' && (pattern === '.*' || pattern === '*.') && (after === '' || after === 'i') && more.length === 0;
  if (!isWhole || uri === undefined || !URL.canParse(uri)) return undefined;
  return /^https?:$/u.test(new URL(uri).protocol) ? uri : undefined;
}
