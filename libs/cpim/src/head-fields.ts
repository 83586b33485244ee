import { parseAddress, type NameAndUri } from './header/address.js';
import { parseContentType, type ContentType } from './header/content-type.js';
import { unescapeText } from './header/escapes.js';
import { parseHeaderName } from './header/name.js';
import { parseNamespace } from './header/ns.js';
import { parseRequire } from './header/require.js';
import { parseSubject, type Subject } from './header/subject.js';
import { err, ok, type Result } from '@plenary/wire';
import { CpimError, type CpimErrorCode } from './errors.js';
import { CORE_NAMESPACE, type ContentHeader, type CpimHead, type ExtensionHeader } from './message.js';

/** The parameters between the colon and the value: `;name=value`, the value bare or quoted. */
const PARAMETERS = /^(?:;[^ \t;="]+=(?:"(?:[^"\\]|\\[^])*"|[^ \t;"]*))+/u;
const LANG = /;lang=([^;]*)/u;

/**
 * Reads the lines of a complete head. The text ends with the empty line before the content.
 * Lines of the second block, and `Content-*` lines of the first, are MIME headers; all others are CPIM headers.
 */
export class HeadFields {
  #from: NameAndUri | undefined;
  readonly #to: NameAndUri[] = [];
  readonly #cc: NameAndUri[] = [];
  #dateTime: string | undefined;
  readonly #subjects: Subject[] = [];
  #require: string[] | undefined;
  readonly #extensions: ExtensionHeader[] = [];
  readonly #content: { name: string; value: string }[] = [];
  #lastWasContent = false;
  #defaultNamespace: string = CORE_NAMESPACE;
  #prefixes: Map<string, string> | undefined;

  /** `text` is the whole head; `contentOffset` is what the head reports, an octet index. */
  read(text: string, contentOffset: number): Result<CpimHead, CpimError> {
    let inContent = false;
    let separate = false;
    let at = 0;
    for (;;) {
      const end = text.indexOf('\r\n', at);
      if (end === -1) break;
      if (end === at) {
        separate ||= !inContent && end + 2 < text.length;
        inContent = true;
      } else {
        const fault = this.#line(text.slice(at, end), separate);
        if (fault !== undefined) return err(new CpimError(fault));
      }
      at = end + 2;
    }
    return this.#head(separate ? 'separate' : 'joined', contentOffset);
  }

  #head(layout: CpimHead['layout'], contentOffset: number): Result<CpimHead, CpimError> {
    if (this.#from === undefined) return err(new CpimError('from-missing'));
    if (this.#to.length === 0) return err(new CpimError('to-missing'));
    const contentType = this.#contentType();
    if (typeof contentType === 'string') return err(new CpimError(contentType));
    return ok({
      from: this.#from,
      to: this.#to,
      cc: this.#cc,
      ...(this.#dateTime === undefined ? undefined : { dateTime: this.#dateTime }),
      subjects: this.#subjects,
      require: this.#require ?? [],
      extensions: this.#extensions,
      contentType,
      contentHeaders: this.#content,
      layout,
      contentOffset,
    });
  }

  #contentType(): ContentType | CpimErrorCode {
    let found: ContentHeader | undefined;
    for (const header of this.#content) {
      if (header.name !== 'content-type') continue;
      // Two types would let sender, room and recipient each believe another one.
      if (found !== undefined) return 'repeated-header';
      found = header;
    }
    // RFC 3862 §2.4: "The MIME content headers MUST include at least a Content-Type header."
    if (found === undefined) return 'content-type-missing';
    return parseContentType(found.value) ?? 'malformed-content-header';
  }

  #line(line: string, mime: boolean): CpimErrorCode | undefined {
    const first = line.charCodeAt(0);
    if (first === 0x20 || first === 9) return this.#folded(line, mime);
    const colon = line.indexOf(':');
    if (colon < 1) return mime ? 'malformed-content-header' : 'malformed-header';
    const name = line.slice(0, colon);
    return mime || isContentName(name)
      ? this.#contentHeader(name, line.slice(colon + 1))
      : this.#header(name, line.slice(colon + 1));
  }

  /** MIME headers may be folded (RFC 5322 §2.2.3), message headers not: "MUST be contained on a single line" (RFC 3862 §2.2). */
  #folded(line: string, mime: boolean): CpimErrorCode | undefined {
    const last = this.#lastWasContent || mime ? this.#content.at(-1) : undefined;
    if (last === undefined) return mime ? 'malformed-content-header' : 'malformed-header';
    last.value = `${last.value} ${trim(line)}`;
    return undefined;
  }

  #contentHeader(name: string, value: string): CpimErrorCode | undefined {
    if (parseHeaderName(name) === undefined) return 'malformed-content-header';
    this.#lastWasContent = true;
    this.#content.push({ name: name.toLowerCase(), value: trim(value) });
    return undefined;
  }

  #header(written: string, rest: string): CpimErrorCode | undefined {
    this.#lastWasContent = false;
    let lang: string | undefined;
    let value = rest;
    if (rest.charCodeAt(0) === 0x3b) {
      const parameters = PARAMETERS.exec(rest)?.[0];
      if (parameters === undefined) return 'malformed-header';
      lang = LANG.exec(parameters)?.[1];
      value = rest.slice(parameters.length);
      if (value !== '' && !isSpace(value.charCodeAt(0))) return 'malformed-header';
    }
    value = trim(value);
    // Most objects declare no namespace and use no prefix.
    if (this.#defaultNamespace === CORE_NAMESPACE && isCoreName(written)) return this.#core(written, value, lang);
    const split = parseHeaderName(written);
    if (split === undefined) return 'malformed-header';
    const namespace = split.prefix === '' ? this.#defaultNamespace : this.#prefixes?.get(split.prefix);
    // RFC 3862 §3.4: "A namespace prefix declaration MUST precede any use of that prefix."
    if (namespace === undefined) return 'malformed-namespace';
    if (namespace === CORE_NAMESPACE && isCoreName(split.name)) return this.#core(split.name, value, lang);
    this.#extensions.push({ namespace, name: split.name, value: unescapeText(value) });
    return undefined;
  }

  #core(name: CoreName, value: string, lang: string | undefined): CpimErrorCode | undefined {
    switch (name) {
      case 'From': {
        if (this.#from !== undefined) return 'repeated-header';
        this.#from = parseAddress(value);
        return this.#from === undefined ? 'malformed-address' : undefined;
      }
      case 'To':
      case 'cc': {
        const address = parseAddress(value);
        if (address === undefined) return 'malformed-address';
        (name === 'To' ? this.#to : this.#cc).push(address);
        return undefined;
      }
      case 'DateTime':
        if (this.#dateTime !== undefined) return 'repeated-header';
        this.#dateTime = value;
        return undefined;
      case 'Subject': {
        // RFC 4975 §13 allows one; RFC 3862 §5.1 itself prints one per language.
        const subject = parseSubject(value, lang);
        if (this.#subjects.some((known) => known.lang === subject.lang)) return 'repeated-header';
        this.#subjects.push(subject);
        return undefined;
      }
      case 'NS':
        return this.#namespace(value);
      case 'Require':
        if (this.#require !== undefined) return 'repeated-header';
        this.#require = parseRequire(value);
        return this.#require === undefined ? 'malformed-header' : undefined;
      default:
        return name satisfies never;
    }
  }

  #namespace(value: string): CpimErrorCode | undefined {
    const namespace = parseNamespace(value);
    if (namespace === undefined) return 'malformed-namespace';
    if (namespace.prefix === '') this.#defaultNamespace = namespace.uri;
    else (this.#prefixes ??= new Map()).set(namespace.prefix, namespace.uri);
    return undefined;
  }
}

type CoreName = 'From' | 'To' | 'cc' | 'DateTime' | 'Subject' | 'NS' | 'Require';

function isCoreName(name: string): name is CoreName {
  switch (name) {
    case 'From':
    case 'To':
    case 'cc':
    case 'DateTime':
    case 'Subject':
    case 'NS':
    case 'Require':
      return true;
    default:
      return false;
  }
}

function isContentName(name: string): boolean {
  return name.charCodeAt(7) === 0x2d && !name.includes('.') && name.slice(0, 8).toLowerCase() === 'content-';
}

/** Without SP and HTAB at both ends. */
function trim(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 9;
}
