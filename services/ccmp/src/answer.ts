import { xmlElement } from '@plenary/wire/xml';
import { ccmpMessages, type CcmpResponse, writeCcmpResponse } from '@plenary/xcon';

/** A CCMP response whose document part may be text already. */
export interface Answer extends CcmpResponse {
  /** The document part as it is to stand in the answer, under its own name there; instead of `info`. */
  readonly infoText?: string;
}

/** Writes an answer. Text from others has no `<` of its own, so the place where the document goes is found for certain. */
export function writeAnswer({ infoText, ...response }: Answer): string {
  const name = response.kind === undefined ? undefined : ccmpMessages[response.kind].responseInfo;
  if (infoText === undefined || infoText === '' || name === undefined) return writeCcmpResponse(response);
  const text = writeCcmpResponse({ ...response, info: xmlElement('', name, [], []) });
  return text.replace(`<${name}/>`, () => infoText);
}
