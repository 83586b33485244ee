/** The parts of a client certificate that name its owner, as Node prints them. */
export interface ClientCertificate {
  /** `URI:sip:alice@example.com, email:alice@example.com`; values with unusual characters are JSON strings. */
  readonly subjectAltName: string | undefined;
  /** One `TYPE=value` a line. */
  readonly subject: string;
}

/** What a certificate says about its owner. */
export type NamedIdentity = { readonly uri: string } | { readonly username: string };

/** URIs by which users of conferences are known. */
const userUri = /^(?:sips?|im|pres|xmpp|mailto|tel|xcon-userid):/i;

/**
 * Who a verified client certificate is for: the first URI of a user among its alternative names, else its e-mail address as a
 * `mailto:` URI, else its common name as the name of an account. Undefined when it names nobody. (RFC 5280 §4.2.1.6)
 */
export function identityOfCertificate(certificate: ClientCertificate): NamedIdentity | undefined {
  const names = alternativeNames(certificate.subjectAltName ?? '');
  const uri = names.find(({ kind, value }) => kind === 'URI' && userUri.test(value));
  if (uri !== undefined) return { uri: uri.value };
  const email = names.find(({ kind, value }) => kind === 'email' && value.includes('@'));
  if (email !== undefined) return { uri: `mailto:${email.value}` };
  const common = certificate.subject
    .split('\n')
    .filter((line) => line.startsWith('CN='))
    .map((line) => line.slice('CN='.length));
  const [username] = common;
  return username === undefined || username === '' || common.length > 1 ? undefined : { username };
}

interface AlternativeName {
  readonly kind: string;
  readonly value: string;
}

const namePattern = /([A-Za-z ]+):(?:"((?:[^"\\]|\\.)*)"|([^,"]*))(?:, |$)/y;

function alternativeNames(text: string): AlternativeName[] {
  const names: AlternativeName[] = [];
  namePattern.lastIndex = 0;
  for (let matched = namePattern.exec(text); matched !== null; matched = namePattern.exec(text)) {
    const [whole, kind = '', quoted, plain = ''] = matched;
    if (whole === '') break;
    names.push({ kind, value: quoted === undefined ? plain : unquoted(quoted) });
  }
  return names;
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return '';
  }
}
