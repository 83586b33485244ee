import { CodePointSet } from './code-point-set.js';
import { OLD_HANGUL_JAMO } from './unicode.table.js';

/** What RFC 8264 §8 makes of a code point. */
export type DerivedProperty = 'PVALID' | 'FREE_PVAL' | 'CONTEXTJ' | 'CONTEXTO' | 'DISALLOWED' | 'UNASSIGNED';

// RFC 5892 §2.6
const EXCEPTION_PVALID = new CodePointSet('00DF 03C2 06FD-06FE 0F0B 3007');
const EXCEPTION_CONTEXTO = new CodePointSet('00B7 0375 05F3-05F4 0660-0669 06F0-06F9 30FB');
const EXCEPTION_DISALLOWED = new CodePointSet('0640 07FA 302E-302F 3031-3035 303B');
const OLD_JAMO = new CodePointSet(OLD_HANGUL_JAMO);

const UNASSIGNED = /^(?!\p{Noncharacter_Code_Point})\p{Cn}$/u;
const IGNORABLE_OR_NONCHARACTER = /^[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]$/u;
const LETTER_OR_DIGIT = /^[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]$/u;
const OTHER_LETTER_SPACE_SYMBOL_PUNCTUATION = /^[\p{Lt}\p{Nl}\p{No}\p{Me}\p{Zs}\p{S}\p{P}]$/u;

/**
 * The property of one code point, by the ordered rules of RFC 8264 §8; the first that holds decides. The BackwardCompatible rule is
 * left out: its table is empty. Unicode data are the runtime's, old Hangul jamo are of `TABLES_UNICODE_VERSION`.
 */
export function derivedProperty(codePoint: number): DerivedProperty {
  if (EXCEPTION_PVALID.has(codePoint)) return 'PVALID';
  if (EXCEPTION_CONTEXTO.has(codePoint)) return 'CONTEXTO';
  if (EXCEPTION_DISALLOWED.has(codePoint)) return 'DISALLOWED';
  const character = String.fromCodePoint(codePoint);
  if (UNASSIGNED.test(character)) return 'UNASSIGNED';
  if (codePoint >= 0x21 && codePoint <= 0x7e) return 'PVALID';
  if (codePoint === 0x200c || codePoint === 0x200d) return 'CONTEXTJ';
  if (OLD_JAMO.has(codePoint)) return 'DISALLOWED';
  if (IGNORABLE_OR_NONCHARACTER.test(character)) return 'DISALLOWED';
  if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint <= 0x9f)) return 'DISALLOWED';
  // A surrogate alone is no character and has no compatibility form.
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 'DISALLOWED';
  if (character.normalize('NFKC') !== character) return 'FREE_PVAL';
  if (LETTER_OR_DIGIT.test(character)) return 'PVALID';
  return OTHER_LETTER_SPACE_SYMBOL_PUNCTUATION.test(character) ? 'FREE_PVAL' : 'DISALLOWED';
}
