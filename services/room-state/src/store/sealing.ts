import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Encrypts secrets before they are stored, so that a copy of the database does not tell them. Req: SEC-014. */
export interface Sealing {
  /** `about` is bound to the secret: put to another row, it does not open. */
  seal(secret: string, about: string): string;
  /** What was stored without a key comes back as it is. Throws where no key fits. */
  open(stored: string, about: string): string;
}

const prefix = 'sealed:1:';
const ivBytes = 12;
const tagBytes = 16;

/** The first key seals, every one opens; without a key nothing is sealed. AES-256-GCM under the SHA-256 of a key. */
export function sealingWith(keys: readonly string[]): Sealing {
  const derived = keys.map((key) => createHash('sha256').update(`plenary accounts ${key}`).digest());
  return {
    seal(secret, about) {
      const [key] = derived;
      if (key === undefined) return secret;
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about));
      const sealed = Buffer.concat([iv, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return prefix + sealed.toString('base64url');
    },
    open(stored, about) {
      if (!stored.startsWith(prefix)) return stored;
      const octets = Buffer.from(stored.slice(prefix.length), 'base64url');
      for (const key of derived) {
        const opened = openWith(key, octets, about);
        if (opened !== undefined) return opened;
      }
      throw new Error('a stored secret is sealed with a key that is not set: ROOM_STATE_ACCOUNTS_KEY');
    },
  };
}

function openWith(key: Buffer, octets: Buffer, about: string): string | undefined {
  const end = octets.length - tagBytes;
  if (end < ivBytes) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, octets.subarray(0, ivBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(about)).setAuthTag(octets.subarray(end));
  try {
    return decipher.update(octets.subarray(ivBytes, end), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
