/**
 * Lexical rules every header field shares (RFC 3261 section 25.1): token, quoted-string, LWS.
 *
 * Values are unfolded before they come here, so LWS is SP or HTAB.
 */

// token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~" )
const tokenAt = /[A-Za-z0-9\-.!%*_+`'~]+/y;
const tokenOnly = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
// gen-value = token / host / quoted-string; `@`, `:` and `/` because peers leave addresses unquoted
const valueAt = /[^\s;,"<>=?\\]+/y;

/** Whether `text` is one token. */
export function isToken(text: string): boolean {
  return tokenOnly.test(text);
}

/**
 * Puts text between quotes, `"` and `\` escaped (section 25.1, quoted-string).
 *
 * Throws when the text holds CR or LF: no quoted-pair exists for them.
 */
export function quote(text: string): string {
  if (/[\r\n]/.test(text)) throw new TypeError('a quoted-string cannot hold a line end');
  // eslint-disable-next-line no-control-regex -- control characters are what has to be escaped
  return `"${text.replace(/["\\\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\\$&')}"`;
}

/** A cursor over one header value. Every method leaves the position alone when it finds nothing. */
export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** What has not been read yet. */
  get rest(): string {
    return this.text.slice(this.at);
  }

  peek(): string {
    return this.text.charAt(this.at);
  }

  /** Skips LWS; returns itself, so that calls chain. */
  lws(): this {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x09) return this;
      this.at++;
    }
  }

  /** Reads `mark` with LWS around it (HCOLON, SEMI, COMMA, EQUAL, SLASH of the grammar). */
  eat(mark: string): boolean {
    const start = this.at;
    this.lws();
    if (!this.text.startsWith(mark, this.at)) {
      this.at = start;
      return false;
    }
    this.at += mark.length;
    this.lws();
    return true;
  }

  token(): string | undefined {
    return this.match(tokenAt);
  }

  /** A parameter value that is not quoted: token or host. */
  bareValue(): string | undefined {
    return this.match(valueAt);
  }

  /** Reads what a sticky pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found[0];
  }

  /** Reads a quoted-string and returns it without quotes and escapes. */
  quotedString(): string | undefined {
    if (this.peek() !== '"') return undefined;
    let value = '';
    for (let i = this.at + 1; i < this.text.length; i++) {
      const char = this.text.charAt(i);
      if (char === '"') {
        this.at = i + 1;
        return value;
      }
      if (char === '\\') {
        i++;
        if (i >= this.text.length) return undefined;
        value += this.text.charAt(i);
      } else {
        value += char;
      }
    }
    return undefined;
  }
}
