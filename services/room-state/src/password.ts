import { createHmac, randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { enforceOpaqueString } from '@plenary/xcon';

/** Cost of one derivation: 16 MiB and some 50 ms of one core. Kept beside each hash, so that it can be raised later. */
const cost = { N: 16_384, r: 8, p: 1 } as const;
const keyBytes = 32;
const saltBytes = 16;
/** Longest password, in characters, before the profile is applied. */
export const maxPasswordLength = 1_024;

export interface PasswordsOptions {
  /** Derivations at once; each takes a thread of Node's pool. */
  readonly concurrency?: number | undefined;
  /** Derivations that may wait; the next one is refused with `PasswordsBusy`. */
  readonly waitingMax?: number | undefined;
  /** Right answers that are remembered, and for how long. */
  readonly rememberedMax?: number | undefined;
  readonly rememberMs?: number | undefined;
  readonly nowMs: () => number;
}

/** More passwords wait to be checked than may. */
export class PasswordsBusy extends Error {
  override readonly name = 'PasswordsBusy';
}

/**
 * Passwords of conferences: kept as salted scrypt hashes of the OpaqueString form, compared in constant time.
 *
 * A right answer is remembered for a while by a keyed hash, so that many who join at once pay for one derivation. Each wrong
 * one is paid in full.
 *
 * Spec: RFC 8265 §4.2, RFC 7914.   Req: POL-017, SEC-011.
 */
export class Passwords {
  /** Its key lives in this process alone. */
  readonly #key = randomBytes(32);
  readonly #right = new Map<string, number>();
  readonly #line: (() => void)[] = [];
  #running = 0;

  constructor(private readonly options: PasswordsOptions) {}

  /**
   * The form that is stored. `undefined`: the profile refuses it, it is empty or longer than `maxPasswordLength`.
   * Throws `PasswordsBusy`.
   */
  async hash(password: string): Promise<string | undefined> {
    const enforced = opaque(password);
    if (enforced === undefined) return undefined;
    const salt = randomBytes(saltBytes);
    const key = await this.#derive(enforced, salt, cost);
    return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
  }

  /** Is it the password of that hash? A hash that is none matches nothing, and costs the same. Throws `PasswordsBusy`. */
  async verify(password: string, hash: string): Promise<boolean> {
    const stored = parse(hash);
    const enforced = opaque(password);
    const name = this.#nameOf(enforced ?? '', hash);
    if (enforced !== undefined && this.#remembers(name)) return true;
    const key = await this.#derive(enforced ?? '', stored?.salt ?? Buffer.alloc(saltBytes), stored?.cost ?? cost);
    const right = timingSafeEqual(key, stored?.key ?? Buffer.alloc(keyBytes)) && stored !== undefined;
    if (!right || enforced === undefined) return false;
    this.#remember(name);
    return true;
  }

  /** Was it right a moment ago? Costs next to nothing. */
  isRemembered(password: string, hash: string): boolean {
    const enforced = opaque(password);
    return enforced !== undefined && this.#remembers(this.#nameOf(enforced, hash));
  }

  #nameOf(enforced: string, hash: string): string {
    return createHmac('sha256', this.#key).update(hash).update('\0').update(enforced).digest('base64url');
  }

  #remembers(name: string): boolean {
    const untilMs = this.#right.get(name);
    return untilMs !== undefined && untilMs > this.options.nowMs();
  }

  #remember(name: string): void {
    const { rememberedMax = 1_000, rememberMs = 60_000, nowMs } = this.options;
    this.#right.delete(name);
    this.#right.set(name, nowMs() + rememberMs);
    for (const oldest of this.#right.keys()) {
      if (this.#right.size <= rememberedMax) break;
      this.#right.delete(oldest);
    }
  }

  async #derive(password: string, salt: Buffer, { N, r, p }: ScryptCost): Promise<Buffer> {
    await this.#enter();
    try {
      return await derive(password, salt, { N, r, p, maxmem: 256 * N * r });
    } finally {
      // The place goes to the next in line, or is free.
      const next = this.#line.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #enter(): Promise<void> {
    const { concurrency = 2, waitingMax = 256 } = this.options;
    if (this.#running < concurrency) {
      this.#running += 1;
      return;
    }
    if (this.#line.length >= waitingMax) throw new PasswordsBusy('too many passwords are waiting to be checked');
    await new Promise<void>((resolve) => this.#line.push(resolve));
  }
}

interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, keyBytes, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** The OpaqueString form; `undefined` where it has none. */
function opaque(password: string): string | undefined {
  if (password.length > maxPasswordLength) return undefined;
  const form = enforceOpaqueString(password);
  return form.ok ? form.value : undefined;
}

function parse(hash: string): { readonly cost: ScryptCost; readonly salt: Buffer; readonly key: Buffer } | undefined {
  const [, N, r, p, salt = '', key = ''] =
    /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]+)\$([\w-]+)$/.exec(hash) ?? [];
  const bytes = Buffer.from(key, 'base64url');
  if (bytes.byteLength !== keyBytes) return undefined;
  return { cost: { N: Number(N), r: Number(r), p: Number(p) }, salt: Buffer.from(salt, 'base64url'), key: bytes };
}
