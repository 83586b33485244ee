// RFC 4574 §4: label = "label" ":" token

const TOKEN = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]{1,255}$/u;

/** Reads a=label; undefined when it is no token.   Req: SDP-023. */
export function parseLabel(value: string): string | undefined {
  return TOKEN.test(value) ? value : undefined;
}

/** Writes the whole attribute. Throws `RangeError` when it is no token. */
export function formatLabel(label: string): string {
  if (!TOKEN.test(label)) throw new RangeError('a label is a token');
  return `label:${label}`;
}
