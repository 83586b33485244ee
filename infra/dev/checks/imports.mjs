// What a TypeScript source imports, and its code without comments and texts. A scanner of tokens, not a parser: the
// TypeScript of this repository has no JavaScript API.

/**
 * Splits a source into code, with every comment and every text replaced by blanks, and the texts with their places.
 * Lines keep their numbers. Regular expressions are recognised by what stands before them.
 *
 * @param {string} source
 * @returns {{ code: string, texts: { at: number, value: string }[] }}
 */
export function scan(source) {
  const code = source.split('');
  /** @type {{ at: number, value: string }[]} */
  const texts = [];
  const blank = (from, to) => {
    for (let i = from; i < to; i++) if (code[i] !== '\n') code[i] = ' ';
  };
  /** Depths of `{` inside each open template literal. @type {number[]} */
  const templates = [];
  let i = 0;
  const template = (from) => {
    let j = from;
    for (; j < source.length; j++) {
      if (source[j] === '\\') j++;
      else if (source[j] === '`') return [j + 1, false];
      else if (source[j] === '$' && source[j + 1] === '{') return [j + 2, true];
    }
    return [j, false];
  };
  const openTemplate = (from, textFrom) => {
    const [end, opens] = template(textFrom);
    blank(from, opens ? end - 2 : end);
    if (opens) templates.push(0);
    return end;
  };
  while (i < source.length) {
    const c = source[i];
    const next = source[i + 1];
    if (c === '/' && next === '/') {
      const end = source.indexOf('\n', i);
      const stop = end === -1 ? source.length : end;
      blank(i, stop);
      i = stop;
    } else if (c === '/' && next === '*') {
      const end = source.indexOf('*/', i + 2);
      const stop = end === -1 ? source.length : end + 2;
      blank(i, stop);
      i = stop;
    } else if (c === '"' || c === "'") {
      let j = i + 1;
      while (j < source.length && source[j] !== c && source[j] !== '\n') j += source[j] === '\\' ? 2 : 1;
      texts.push({ at: i, value: source.slice(i + 1, j) });
      blank(i + 1, j);
      i = j + 1;
    } else if (c === '`') {
      i = openTemplate(i, i + 1);
    } else if (c === '{' && templates.length > 0) {
      templates[templates.length - 1]++;
      i++;
    } else if (c === '}' && templates.length > 0 && templates[templates.length - 1] === 0) {
      templates.pop();
      i = openTemplate(i + 1, i + 1);
    } else if (c === '}' && templates.length > 0) {
      templates[templates.length - 1]--;
      i++;
    } else if (c === '/' && startsRegExp(code, i)) {
      const end = regExpEnd(source, i);
      blank(i, end);
      i = end;
    } else i++;
  }
  return { code: code.join(''), texts };
}

/** A slash divides after a value, and begins a regular expression elsewhere. */
function startsRegExp(code, at) {
  let i = at - 1;
  while (i >= 0 && /\s/.test(code[i])) i--;
  if (i < 0) return true;
  if (/[)\]}'"`]/.test(code[i])) return false;
  if (!/[\w$]/.test(code[i])) return true;
  const end = i + 1;
  while (i >= 0 && /[\w$]/.test(code[i])) i--;
  return /^(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield)$/.test(
    code.slice(i + 1, end).join(''),
  );
}

function regExpEnd(source, at) {
  let inClass = false;
  for (let i = at + 1; i < source.length; i++) {
    const c = source[i];
    if (c === '\\') i++;
    else if (c === '\n') return i;
    else if (c === '[') inClass = true;
    else if (c === ']') inClass = false;
    else if (c === '/' && !inClass) return i + 1;
  }
  return source.length;
}

/**
 * Every module a source imports or re-exports, also by `import()` and `import type`.
 *
 * @param {string} source
 * @returns {{ line: number, module: string }[]}
 */
export function importsOf(source) {
  const { code, texts } = scan(source);
  const found = [];
  for (const { at, value } of texts) {
    const before = code.slice(Math.max(0, at - 40), at);
    if (!/(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*$/.test(before)) continue;
    found.push({ line: lineOf(source, at), module: value });
  }
  return found;
}

/** Number of the line, from 1. */
export function lineOf(source, at) {
  let line = 1;
  for (let i = 0; i < at; i++) if (source[i] === '\n') line++;
  return line;
}
