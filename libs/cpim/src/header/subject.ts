import { escapeText, unescapeText } from './escapes.js';

// RFC 3862 §4.5, §3.3:
//   Subject-header = "Subject" ":" [ ";" Lang-param ] SP *HEADERCHAR      Lang-param = "lang=" Language-tag

/** What the message is about, in one language. */
export interface Subject {
  readonly text: string;
  /** Language tag as written; absent means `i-default`. */
  readonly lang?: string;
}

const LANGUAGE_TAG = /^[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*$/u;

/** Reads the value of Subject; `lang` is the header's parameter of that name, if it has one. */
export function parseSubject(value: string, lang?: string): Subject {
  const text = unescapeText(value);
  return lang === undefined ? { text } : { text, lang };
}

/** Writes everything after `Subject:`, that is ` text` or `;lang=fr text`. Throws `RangeError` on a malformed language tag. */
export function formatSubject(subject: Subject): string {
  if (subject.lang !== undefined && !LANGUAGE_TAG.test(subject.lang)) throw new RangeError('malformed language tag');
  return `${subject.lang === undefined ? '' : `;lang=${subject.lang}`} ${escapeText(subject.text)}`;
}
