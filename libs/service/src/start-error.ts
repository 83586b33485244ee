/** Why a service cannot start, as one line for the person who starts it: it names the setting and the cure. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * The `StartError` for a listener that could not be opened. `setting` is the name of the setting that chose the port.
 * Anything that is not an error of binding is returned as it is.
 */
export function listenError(error: unknown, at: { host: string; port: number; setting?: string | undefined }): Error {
  const place = `${at.host}:${String(at.port)}`;
  const cure = at.setting === undefined ? '' : ` (setting ${at.setting}): choose another`;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new StartError(`port ${String(at.port)} on ${at.host} is in use${cure}`, { cause: error });
    case 'EACCES':
      return new StartError(`port ${place} needs rights this process does not have${cure}`, { cause: error });
    case 'EADDRNOTAVAIL':
      return new StartError(`${at.host} is not an address of this machine${cure}`, { cause: error });
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}
