// RFC 5547 §6:
//   file-selector-attr = "file-selector" [ ":" selector *( SP selector ) ]
//   selector           = name / size / type / hash
//   name = "name:" DQUOTE 1*( any but NUL CR LF DQUOTE %, or percent-encoded ) DQUOTE      size = "size:" 1*DIGIT
//   type = "type:" token "/" token *( ";" token "=" DQUOTE value DQUOTE )                   hash = "hash:" token ":" 2HEX *( ":" 2HEX )

/** Which file a stream is about. Every part may be missing. */
export interface FileSelector {
  readonly name?: string;
  readonly sizeBytes?: number;
  /** As written, parameters included. */
  readonly type?: string;
  readonly hashes: readonly { readonly algorithm: string; readonly digest: string }[];
}

const SELECTOR = /(name|size|type|hash):((?:"[^"\r\n\0]*"|[^\s"])*)(?:[ \t]+|$)/uy;
const HASH = /^([!#$%&'*+\-.^_`{|}~0-9A-Za-z]+):([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*)$/u;

/** Reads a=file-selector; '' is a selector without parts. Undefined when malformed. A SP inside a quoted name does not split. */
export function parseFileSelector(value: string): FileSelector | undefined {
  const selector: { name?: string; sizeBytes?: number; type?: string } = {};
  const hashes: { algorithm: string; digest: string }[] = [];
  SELECTOR.lastIndex = 0;
  while (SELECTOR.lastIndex < value.length) {
    const [, kind, body = ''] = SELECTOR.exec(value) ?? [];
    if (kind === undefined) return undefined;
    if (kind === 'hash') {
      const [, algorithm, digest] = HASH.exec(body) ?? [];
      if (algorithm === undefined || digest === undefined) return undefined;
      hashes.push({ algorithm: algorithm.toLowerCase(), digest: digest.toUpperCase() });
    } else if (kind === 'size') {
      if (!/^\d{1,15}$/u.test(body)) return undefined;
      selector.sizeBytes = Number(body);
    } else if (kind === 'type') selector.type = body;
    else {
      const name = decodeName(body);
      if (name === undefined) return undefined;
      selector.name = name;
    }
  }
  return { ...selector, hashes };
}

/** Writes the whole attribute. */
export function formatFileSelector(selector: FileSelector): string {
  const parts: string[] = [];
  if (selector.name !== undefined) parts.push(`name:"${encodeName(selector.name)}"`);
  if (selector.type !== undefined) parts.push(`type:${selector.type}`);
  if (selector.sizeBytes !== undefined) parts.push(`size:${selector.sizeBytes}`);
  for (const hash of selector.hashes) parts.push(`hash:${hash.algorithm}:${hash.digest}`);
  return parts.length === 0 ? 'file-selector' : `file-selector:${parts.join(' ')}`;
}

function decodeName(quoted: string): string | undefined {
  if (!/^"[^"]+"$/u.test(quoted)) return undefined;
  try {
    return decodeURIComponent(quoted.slice(1, -1));
  } catch {
    return undefined;
  }
}

function encodeName(name: string): string {
  return name.replace(/["%\r\n\0]/gu, (character) => encodeURIComponent(character));
}
