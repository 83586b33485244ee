/** The header lines of a request or response, as the decoder reads them (RFC 4975 section 9). */
import { isIdent } from './characters.js';
import type { DecoderLimits } from './decoder-events.js';
import { MsrpError } from './errors.js';
import { parseByteRange } from './header/byte-range.js';
import { parseFailureReport } from './header/failure-report.js';
import { parsePath } from './header/path.js';
import { parseStatus } from './header/status.js';
import { parseSuccessReport } from './header/success-report.js';
import { parseUseNickname } from './header/use-nickname.js';
import { utf8Text } from './header-text.js';
import type { ByteRange, FailureReport, MsrpRequestHead, ReportStatus } from './message.js';
import type { MsrpUri } from './uri.js';

const NAMES = [
  'To-Path',
  'From-Path',
  'Message-ID',
  'Byte-Range',
  'Success-Report',
  'Failure-Report',
  'Status',
  'Use-Nickname',
  'Content-Type',
] as const;
type KnownName = (typeof NAMES)[number];

/** The headers we read, by the length of their names. */
const NAMES_BY_LENGTH: readonly (readonly KnownName[] | undefined)[] = Array.from({ length: 16 }, (_, length) => {
  const names = NAMES.filter((name) => name.length === length);
  return names.length === 0 ? undefined : names;
});

/** The canonical form of the name that stands in `text` from `from` to `to`, undefined when we do not know it. */
function knownName(text: string, from: number, to: number): KnownName | undefined {
  const names = NAMES_BY_LENGTH[to - from];
  if (names === undefined) return undefined;
  for (const name of names) if (text.startsWith(name, from)) return name;
  const written = text.slice(from, to).toLowerCase();
  return names.find((name) => name.toLowerCase() === written);
}

/** The last path text of a connection and what it meant: most requests of a session repeat it. */
export class PathMemo {
  #text = '';
  #path: readonly MsrpUri[] | undefined;

  /** The path, undefined when the text is none. */
  read(text: string): readonly MsrpUri[] | undefined {
    if (this.#path !== undefined && text === this.#text) return this.#path;
    const parsed = parsePath(text);
    if (!parsed.ok) return undefined;
    this.#text = text;
    this.#path = parsed.value;
    return parsed.value;
  }
}

/** What the lines between start line and blank line or end-line said. */
export class HeaderSection {
  toPath: readonly MsrpUri[] | undefined;
  fromPath: readonly MsrpUri[] | undefined;
  messageId: string | undefined;
  byteRange: ByteRange | undefined;
  successReport = false;
  failureReport: FailureReport = 'yes';
  status: ReportStatus | undefined;
  useNickname: string | undefined;
  contentType: string | undefined;
  readonly otherHeaders: (readonly [name: string, value: string])[] = [];
  readonly malformed: string[] = [];
  /** The first thing wrong that makes the whole request bad, whatever its method. */
  fault: MsrpError | undefined;
  /** Why Byte-Range is in `malformed`. */
  rangeFault: MsrpError | undefined;
  #seen = 0;

  /**
   * Reads one line: `text` from `from` to `to`, without its CRLF.
   *
   * Tolerated: any number of blanks, also none, between colon and value, blanks at the end, names in any case (MSRP-005).
   */
  addLine(text: string, from: number, to: number, limits: DecoderLimits, toMemo: PathMemo, fromMemo: PathMemo): void {
    const colon = text.indexOf(':', from);
    if (colon <= from || colon >= to) return this.#bad(new MsrpError('bad-header-line'));
    let valueAt = colon + 1;
    while (valueAt < to && isBlank(text.charCodeAt(valueAt))) valueAt++;
    let end = to;
    while (end > valueAt && isBlank(text.charCodeAt(end - 1))) end--;
    const value = text.slice(valueAt, end);
    const name = knownName(text, from, colon);
    switch (name) {
      case 'To-Path': {
        const path = toMemo.read(value);
        if (path === undefined || this.toPath !== undefined) return this.#bad(new MsrpError('bad-path', name));
        this.toPath = path;
        return;
      }
      case 'From-Path': {
        const path = fromMemo.read(value);
        if (path === undefined || this.fromPath !== undefined) return this.#bad(new MsrpError('bad-path', name));
        this.fromPath = path;
        return;
      }
      case 'Message-ID':
        if (this.#isFirst(1) && isIdent(value)) this.messageId = value;
        else {
          this.messageId = undefined;
          this.#malformed(name);
        }
        return;
      case 'Byte-Range': {
        const range = parseByteRange(value, limits.numberCeiling);
        if (this.#isFirst(2) && range.ok) this.byteRange = range.value;
        else {
          this.byteRange = undefined;
          this.rangeFault = range.ok ? new MsrpError('bad-byte-range', 'twice') : range.error;
          this.#malformed(name);
        }
        return;
      }
      case 'Success-Report': {
        const choice = parseSuccessReport(value);
        if (this.#isFirst(4) && choice.ok) this.successReport = choice.value;
        else this.#malformed(name);
        return;
      }
      case 'Failure-Report': {
        const choice = parseFailureReport(value);
        if (this.#isFirst(8) && choice.ok) this.failureReport = choice.value;
        else this.#malformed(name);
        return;
      }
      default:
        this.#addText(name ?? text.slice(from, colon), value, name !== undefined);
    }
  }

  /** The head of a request; to be called only without `fault` and with both paths. */
  requestHead(transactionId: string, method: string): MsrpRequestHead {
    return {
      kind: 'request',
      transactionId,
      method,
      toPath: this.toPath ?? [],
      fromPath: this.fromPath ?? [],
      messageId: this.messageId,
      byteRange: this.byteRange,
      successReport: this.successReport,
      failureReport: this.failureReport,
      status: this.status,
      useNickname: this.useNickname,
      contentType: this.contentType,
      otherHeaders: this.otherHeaders,
      malformed: this.malformed,
    };
  }

  /** Headers whose value is free text, and those we do not know. */
  #addText(name: string, wire: string, isKnown: boolean): void {
    const value = utf8Text(wire);
    if (!isKnown) {
      // "hname = ALPHA *token" in print; a name with a blank before its colon or a folded line is no name.
      if (!isHeaderName(name)) this.#bad(new MsrpError('bad-header-line'));
      else if (value === undefined) this.#malformed(name);
      else this.otherHeaders.push([name, value]);
      return;
    }
    if (name === 'Content-Type') {
      if (!this.#isFirst(16) || value === undefined || value === '') this.#malformed(name);
      // Whatever is wrong with it, a body follows.
      this.contentType ??= value ?? '';
    } else if (name === 'Status') {
      const status = value === undefined ? undefined : parseStatus(value);
      const isGood = this.#isFirst(32) && status?.ok === true;
      this.status = isGood ? status.value : undefined;
      if (!isGood) this.#malformed(name);
    } else {
      const nickname = value === undefined ? undefined : parseUseNickname(value);
      const isGood = this.#isFirst(64) && nickname?.ok === true;
      this.useNickname = isGood ? nickname.value : undefined;
      if (!isGood) this.#malformed(name);
    }
  }

  /** False, and the header malformed, when it stands a second time: which of the two to believe is not ours to guess. */
  #isFirst(bit: number): boolean {
    const isFirst = (this.#seen & bit) === 0;
    this.#seen |= bit;
    return isFirst;
  }

  #malformed(name: string): void {
    if (!this.malformed.includes(name)) this.malformed.push(name);
  }

  #bad(error: MsrpError): void {
    this.fault ??= error;
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isHeaderName(name: string): boolean {
  return /^[A-Za-z][!#-'*+\-.0-9A-Z^-~]*$/.test(name);
}
