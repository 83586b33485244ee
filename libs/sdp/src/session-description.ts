/** One line: a lower-case letter and everything after `=`, as written. */
export interface SdpLine {
  readonly type: string;
  readonly value: string;
}

/** The parts of `o=` (RFC 8866 §5.2). */
export interface Origin {
  readonly username: string;
  readonly sessionId: string;
  /** Decimal digits; may exceed what a number holds. */
  readonly sessionVersion: string;
  readonly netType: string;
  readonly addrType: string;
  readonly address: string;
}

/** One `m=` line and the lines after it (RFC 8866 §5.14). */
export interface MediaDescription {
  readonly media: string;
  /** 0 rejects the stream. */
  readonly port: number;
  /** Written after the port as `/n`; absent when 1 is meant. */
  readonly portCount?: number;
  /** As written; compare without case. */
  readonly proto: string;
  readonly formats: readonly string[];
  /** Every line after `m=`, in order. */
  readonly lines: readonly SdpLine[];
}

/** A description, keeping every line it does not understand. */
export interface SessionDescription {
  readonly origin: Origin;
  /** Every line before the first `m=`, in order, `v=` and `o=` included. */
  readonly lines: readonly SdpLine[];
  readonly media: readonly MediaDescription[];
}

/** Where the peer says media go (`c=`); for MSRP it is not used to connect (RFC 4975 §8.1). */
export interface ConnectionAddress {
  readonly addrType: string;
  readonly address: string;
}

/**
 * The value of the first attribute of that name among the lines: '' for a flag, undefined when there is none.
 * Names compare with case, as RFC 8866 §6 says. A space after the colon is tolerated (RFC 4976 §11 prints one).
 */
export function attributeOf(lines: readonly SdpLine[], name: string): string | undefined {
  for (const line of lines) {
    const value = attributeValue(line, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The values of all attributes of that name, in order. */
export function attributesOf(lines: readonly SdpLine[], name: string): string[] {
  return lines.flatMap((line) => attributeValue(line, name) ?? []);
}

/** The `c=` that counts for a stream: its own, else that of the session. */
export function connectionOf(session: SessionDescription, media: MediaDescription): ConnectionAddress | undefined {
  const line =
    media.lines.find((candidate) => candidate.type === 'c') ??
    session.lines.find((candidate) => candidate.type === 'c');
  const [, addrType, address] = line?.value.split(' ') ?? [];
  return addrType === undefined || address === undefined ? undefined : { addrType, address };
}

function attributeValue(line: SdpLine, name: string): string | undefined {
  if (line.type !== 'a' || !line.value.startsWith(name)) return undefined;
  if (line.value.length === name.length) return '';
  return line.value[name.length] === ':' ? line.value.slice(name.length + 1).trim() : undefined;
}
