import type { DialogKey, DialogRecord, DialogStore } from './interface.js';

/** A row that changes under us so often is being fought over. */
const attempts = 5;

/**
 * Changes a row whoever else changes it meanwhile: `change` is asked again with what stands there now, and says `undefined` when nothing is to be done.
 * Resolves with the row as written; `undefined` when it is gone or was left alone. Rejects when others keep winning.
 */
export async function changeDialog(
  dialogs: DialogStore,
  key: DialogKey,
  change: (current: DialogRecord) => DialogRecord | undefined,
): Promise<DialogRecord | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const current = await dialogs.find(key);
    const next = current && change(current);
    if (!next) return undefined;
    const written = await dialogs.update(next);
    if (written) return written;
  }
  throw new Error('the dialog is changed by others all the time');
}
