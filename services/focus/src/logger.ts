/** Names of the focus's loggers. */
export const loggers = {
  signalling: 'focus:signalling',
  auth: 'focus:auth',
  conference: 'focus:conference',
  dialog: 'focus:dialog',
} as const;
