import { CodePointSet } from './code-point-set.js';
import { JOINING_LEFT_OR_DUAL, JOINING_RIGHT_OR_DUAL, JOINING_TRANSPARENT, VIRAMA } from './unicode.table.js';

const VIRAMAS = new CodePointSet(VIRAMA);
const LEFT = new CodePointSet(JOINING_LEFT_OR_DUAL);
const RIGHT = new CodePointSet(JOINING_RIGHT_OR_DUAL);
const TRANSPARENT = new CodePointSet(JOINING_TRANSPARENT);

const GREEK = /^\p{Script=Greek}$/u;
const HEBREW = /^\p{Script=Hebrew}$/u;
const KANA_OR_HAN = /^[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]$/u;

/** True when the contextual rule of the code point at `index` holds in the string. False for one that has no rule. Spec: RFC 5892 App. A. */
export function contextHolds(points: readonly number[], index: number): boolean {
  const point = points[index] ?? -1;
  const before = points[index - 1];
  const after = points[index + 1];
  switch (point) {
    case 0x200c: // A.1 ZERO WIDTH NON-JOINER
      return isVirama(before) || joins(points, index);
    case 0x200d: // A.2 ZERO WIDTH JOINER
      return isVirama(before);
    case 0xb7: // A.3 MIDDLE DOT, between two l
      return before === 0x6c && after === 0x6c;
    case 0x375: // A.4 GREEK LOWER NUMERAL SIGN (KERAIA)
      return isOf(GREEK, after);
    case 0x5f3: // A.5 HEBREW PUNCTUATION GERESH
    case 0x5f4: // A.6 HEBREW PUNCTUATION GERSHAYIM
      return isOf(HEBREW, before);
    case 0x30fb: // A.7 KATAKANA MIDDLE DOT
      return points.some((other) => isOf(KANA_OR_HAN, other));
    default:
  }
  // A.8 ARABIC-INDIC DIGITS, A.9 EXTENDED ARABIC-INDIC DIGITS: never both
  if (point >= 0x660 && point <= 0x669) return !points.some((other) => other >= 0x6f0 && other <= 0x6f9);
  if (point >= 0x6f0 && point <= 0x6f9) return !points.some((other) => other >= 0x660 && other <= 0x669);
  return false;
}

/** (Joining_Type:{L,D})(Joining_Type:T)* ZWNJ (Joining_Type:T)*(Joining_Type:{R,D}) */
function joins(points: readonly number[], index: number): boolean {
  let left = index - 1;
  while (left >= 0 && TRANSPARENT.has(points[left] ?? 0)) left -= 1;
  let right = index + 1;
  while (right < points.length && TRANSPARENT.has(points[right] ?? 0)) right += 1;
  return LEFT.has(points[left] ?? 0) && RIGHT.has(points[right] ?? 0);
}

function isVirama(point: number | undefined): boolean {
  return point !== undefined && VIRAMAS.has(point);
}

function isOf(script: RegExp, point: number | undefined): boolean {
  return point !== undefined && script.test(String.fromCodePoint(point));
}
