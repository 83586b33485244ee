/**
 * Whether a subject falls under a subscription: `*` stands for one token, a final `>` for one or more.
 * Both are dot-separated as on the broker.
 */
export function subjectMatches(pattern: string, subject: string): boolean {
  if (pattern === subject) return true;
  const want = pattern.split('.');
  const have = subject.split('.');
  for (const [index, token] of want.entries()) {
    if (token === '>' && index === want.length - 1) return have.length > index;
    const part = have[index];
    if (part === undefined || (token !== '*' && token !== part)) return false;
  }
  return want.length === have.length;
}
