import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MSRP_ERRORS, MsrpError, type MsrpErrorCode } from './errors.js';
import { sessionDiagram } from './session.table.js';
import { statusPhrase } from './status.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** What stands between the two marks of that name. */
function section(name: string): string {
  return (readme.split(`<!-- ${name} -->`)[1] ?? '').split(`<!-- /${name} -->`)[0]?.trim() ?? '';
}

describe('README', () => {
  it('ERR-001 has every error code with its status', () => {
    const rows = Object.entries(MSRP_ERRORS).map(
      ([code, { status, text, spec }]) => `| \`${code}\` | ${status} | ${text} | ${spec} |`,
    );
    expect(section('errors')).toBe(['| code | status | what | spec |', '|---|---|---|---|', ...rows].join('\n'));
  });

  it('TRN-014 has the diagram of the session table', () => {
    expect(section('session-diagram')).toBe(`\`\`\`mermaid\n${sessionDiagram()}\n\`\`\``);
  });
});

describe('errors', () => {
  it('ERR-001 answer with codes that have a phrase', () => {
    for (const code of Object.keys(MSRP_ERRORS) as MsrpErrorCode[]) {
      const error = new MsrpError(code, 'detail');
      expect(statusPhrase(error.status)).toBeDefined();
      expect(error).toMatchObject({ name: 'MsrpError', code });
    }
  });
});
