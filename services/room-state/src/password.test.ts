import type { Clock } from '@plenary/service';
import { describe, expect, it } from 'vitest';
import { maxPasswordLength, Passwords, PasswordsBusy } from './password.js';
import { PasswordCheck, TooManyTries } from './password-check.js';
import { Throttle } from './throttle.js';

const nowMs = (): number => 0;

async function hashed(passwords: Passwords, password: string): Promise<string> {
  const hash = await passwords.hash(password);
  if (hash === undefined) throw new Error('refused');
  return hash;
}

describe('passwords', () => {
  it('POL-017 are kept hashed with a salt of their own; nothing of them is in the hash', async () => {
    const passwords = new Passwords({ nowMs });
    const [one, other] = [await hashed(passwords, 'correct horse'), await hashed(passwords, 'correct horse')];
    expect(one).toMatch(/^scrypt\$16384\$8\$1\$/);
    expect(one).not.toBe(other);
    expect(one).not.toContain('horse');
    expect(await passwords.verify('correct horse', one)).toBe(true);
    expect(await passwords.verify('correct horse', other)).toBe(true);
    expect(await passwords.verify('Correct horse', one)).toBe(false);
    expect(await passwords.verify('', one)).toBe(false);
  });

  it('POL-017 composed and decomposed form, and other spaces, are one password', async () => {
    const passwords = new Passwords({ nowMs });
    const hash = await hashed(passwords, 'caf\u00E9 au lait');
    expect(await passwords.verify('cafe\u0301 au\u00A0lait', hash)).toBe(true);
    expect(await passwords.verify('cafe au lait', hash)).toBe(false);
  });

  it.each([
    ['', 'empty'],
    ['a\u0007b', 'a control character'],
    ['x'.repeat(maxPasswordLength + 1), 'too long'],
  ])('a password that is %j is none: %s', async (password) => {
    const passwords = new Passwords({ nowMs });
    expect(await passwords.hash(password)).toBeUndefined();
    const hash = await hashed(passwords, 'right');
    expect(await passwords.verify(password, hash)).toBe(false);
  });

  it.each(['', 'scrypt', 'scrypt$16384$8$1$AAAA$AAAA', 'md5$abc'])(
    'a hash that is none (%j) matches nothing',
    async (hash) => {
      const passwords = new Passwords({ nowMs });
      expect(await passwords.verify('anything', hash)).toBe(false);
      expect(await passwords.verify('', hash)).toBe(false);
    },
  );

  it('a right answer is remembered for a while, a wrong one never: many who join pay once', async () => {
    let now = 0;
    // A line that takes nobody shows who wants a derivation.
    const passwords = new Passwords({ nowMs: () => now, concurrency: 1, waitingMax: 0, rememberMs: 100 });
    const hash = await hashed(passwords, 'right');
    await passwords.verify('right', hash);
    const storm = Array.from({ length: 50 }, () => passwords.verify('right', hash));
    expect(new Set(await Promise.all(storm))).toEqual(new Set([true]));
    const wrong = await Promise.allSettled([passwords.verify('wrong', hash), passwords.verify('wrong', hash)]);
    expect(wrong.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    now = 101;
    const later = await Promise.allSettled([passwords.verify('right', hash), passwords.verify('right', hash)]);
    expect(later.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('no more than so many are derived at once and wait; the next is told so', async () => {
    const passwords = new Passwords({ nowMs, concurrency: 1, waitingMax: 2 });
    const asked = await Promise.allSettled(
      Array.from({ length: 4 }, (_, index) => passwords.hash(`p${String(index)}`)),
    );
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(asked[3]).toMatchObject({ reason: new PasswordsBusy('too many passwords are waiting to be checked') });
    expect(await passwords.hash('again')).toBeDefined();
  });
});

describe('the password of a conference', () => {
  const options = { attempts: 3, windowMs: 1_000, keysMax: 100 };
  const throttle = (attempts: number): Throttle => new Throttle({ ...options, attempts, nowMs });
  const checkWith = (passwords: Passwords): PasswordCheck =>
    new PasswordCheck({
      passwords,
      bySource: throttle(3),
      byUser: throttle(5),
      byRoom: throttle(6),
      clock: { nowMs, setTimer },
    });
  /** Those who are slowed, until a test lets them go. */
  const slowed: (() => void)[] = [];
  const setTimer = (_ms: number, fn: () => void): ReturnType<Clock['setTimer']> => {
    slowed.push(fn);
    return { cancel: () => undefined };
  };

  it('POL-016 is proven by the right one; a conference without one takes any', async () => {
    const passwords = new Passwords({ nowMs });
    const check = checkWith(passwords);
    const hash = await hashed(passwords, '8601');
    const tried = { source: '192.0.2.1', user: '', room: 'r' };
    expect(await check.prove(hash, undefined, tried)).toEqual({ kind: 'none' });
    expect(await check.prove(hash, '8601', tried)).toEqual({ kind: 'checked', hash, right: true });
    expect(await check.prove(hash, '8602', tried)).toEqual({ kind: 'checked', hash, right: false });
    expect(await check.prove('', 'any', tried)).toEqual({ kind: 'checked', hash: '', right: true });
  });

  it('SEC-011 guesses of one source are slowed, the right one among them too; others go on', async () => {
    const passwords = new Passwords({ nowMs });
    const check = checkWith(passwords);
    const hash = await hashed(passwords, '8601');
    const guess = (password: string, source: string): Promise<unknown> =>
      check.prove(hash, password, { source, user: '', room: 'r' });
    await Promise.all(['1', '2', '3'].map((password) => guess(password, 'evil')));
    await expect(guess('8601', 'evil')).rejects.toThrow(TooManyTries);
    await expect(check.prove(hash, '8601', { source: 'evil', user: '', room: 'other' })).rejects.toThrow(TooManyTries);
    expect(await guess('8601', 'good')).toMatchObject({ right: true });
  });

  it('SEC-011 a stranger who changes its source with every guess is stopped by the limit of the conference', async () => {
    const passwords = new Passwords({ nowMs });
    const check = checkWith(passwords);
    const hash = await hashed(passwords, '8601');
    const tries = Array.from({ length: 100 }, (_, index) =>
      check.prove(hash, 'x', { source: `s${String(index)}`, user: '', room: 'r' }),
    );
    const answers = await Promise.allSettled(tries);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
    await expect(check.prove(hash, '8601', { source: 'new', user: '', room: 'r' })).rejects.toThrow(TooManyTries);
    expect(await check.prove(hash, '8601', { source: 'new', user: '', room: 'other' })).toMatchObject({ right: true });
  });

  it('SEC-011 one user is stopped, whatever sources it uses', async () => {
    const passwords = new Passwords({ nowMs });
    const check = checkWith(passwords);
    const hash = await hashed(passwords, '8601');
    const guess = (index: number, password = 'x'): Promise<unknown> =>
      check.prove(hash, password, { source: `s${String(index)}`, user: 'u', room: `r${String(index)}` });
    for (let index = 0; index < 5; index++) expect(await guess(index)).toMatchObject({ right: false });
    await expect(guess(5, '8601')).rejects.toThrow(TooManyTries);
  });

  it('SEC-011 who guesses locks nobody out: known users are slowed, a password that was right a moment ago is not', async () => {
    const passwords = new Passwords({ nowMs });
    const check = checkWith(passwords);
    const hash = await hashed(passwords, '8601');
    for (let index = 0; index < 6; index++)
      await check.prove(hash, 'x', { source: `s${String(index)}`, user: '', room: 'r' });
    const tried = { source: 'good', user: 'good', room: 'r' };
    const slow = check.prove(hash, '8601', tried);
    expect(slowed).toHaveLength(1);
    slowed.splice(0).forEach((go) => go());
    expect(await slow).toMatchObject({ right: true });
    expect(await check.prove(hash, '8601', tried)).toMatchObject({ right: true });
    expect(await check.prove(hash, '8601', { source: 'new', user: '', room: 'r' })).toMatchObject({ right: true });
    expect(slowed).toEqual([]);
  });
});
