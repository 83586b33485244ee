/**
 * Where the runbooks are published. An installation that keeps them elsewhere generates with `--runbooks <URL>`; the
 * heading of an alert is its anchor.
 */
export const defaultRunbooks = 'https://docs.example.com/plenary/runbooks';

/** Anchor of an alert's heading, as Markdown renderers make it. */
export function anchorOf(alert: string): string {
  return alert.toLowerCase();
}
