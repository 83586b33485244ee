import { describe, expect, it } from 'vitest';
import { encodeReport, encodeRequest, type RequestFields } from './encoder.js';
import type { MsrpRequestHead } from './message.js';
import { checkRequest } from './method/index.js';
import { failureReport, owesSuccessReport, readReport, successReport } from './report.js';
import { MSRP_STATUS, statusMeaning, statusPhrase } from './status.js';
import { collected } from './testing.js';
import { msrpUri } from './uri.js';

const toPath = [msrpUri({ host: 'a.example', port: 1, sessionId: 'one' })];
const fromPath = [msrpUri({ host: 'r.example', port: 1 }), msrpUri({ host: 'b.example', port: 1, sessionId: 'two' })];

function head(fields: Partial<RequestFields>): MsrpRequestHead {
  const octets = encodeRequest({
    transactionId: 'abcd1234',
    method: 'SEND',
    toPath,
    fromPath,
    messageId: 'm123',
    ...fields,
  });
  return (collected([octets])[0] as { head: MsrpRequestHead }).head;
}

describe('reports owed', () => {
  it.each([
    [{}, false],
    [{ successReport: false }, false],
    [{ successReport: true }, true],
    [{ successReport: true, failureReport: 'no' }, true],
    [{ failureReport: 'no' }, false],
  ] as const)('RPT-007 %o: owed %s', (fields, isOwed) => {
    expect(owesSuccessReport(head(fields))).toBe(isOwed);
    if (!isOwed) expect(() => successReport(head(fields), 1, 'wxyz')).toThrow();
  });

  it('RPT-005 RPT-007 a success REPORT covers the whole message and goes back along the whole path', () => {
    const fields = successReport(head({ successReport: true }), 106, 'wxyz');
    expect(fields).toEqual({
      transactionId: 'wxyz',
      toPath: fromPath,
      fromPath: toPath,
      messageId: 'm123',
      byteRange: { start: 1, end: 106, total: 106 },
      status: 200,
    });
    expect(readReport(reread(encodeReport(fields)))).toEqual({
      messageId: 'm123',
      byteRange: fields.byteRange,
      status: 200,
    });
  });

  it('RPT-005 a failure REPORT gives the range that came, with the start and total of the sender', () => {
    const range = { start: 5, end: undefined, total: 100 };
    expect(failureReport(head({ byteRange: range }), 10, 413, 'wxyz')).toMatchObject({
      byteRange: { start: 5, end: 14, total: 100 },
      status: 413,
    });
    expect(failureReport(head({}), 0, 413, 'wxyz')).toMatchObject({
      byteRange: { start: 1, end: 0, total: undefined },
    });
  });

  it('RPT-002 no failure REPORT with Failure-Report no, nor about anything but a SEND', () => {
    expect(failureReport(head({ failureReport: 'no' }), 1, 413, 'wxyz')).toBeUndefined();
    expect(failureReport(head({ failureReport: 'partial' }), 1, 413, 'wxyz')).toBeDefined();
    expect(failureReport(head({ method: 'NICKNAME' }), 1, 413, 'wxyz')).toBeUndefined();
  });
});

describe('reports received', () => {
  const status = { namespace: '000', code: 404, comment: 'x' };
  it('RPT-006 are read in namespace 000 only', () => {
    expect(readReport(head({ method: 'REPORT', status }))).toMatchObject({ status: 404 });
    expect(readReport(head({ method: 'REPORT', status: { ...status, namespace: '001' } }))).toBeUndefined();
    expect(readReport(head({ method: 'REPORT' }))).toBeUndefined();
    expect(readReport(head({ status }))).toBeUndefined();
  });
});

describe('checkRequest', () => {
  it.each([
    ['MSRP-020', {}, undefined],
    ['MSRP-020', { messageId: undefined, method: 'NICKNAME', useNickname: 'a' }, undefined],
    ['MSRP-020', { method: 'NICKNAME' }, 424],
    ['RPT-006', { method: 'REPORT' }, 400],
    ['RPT-005', { method: 'REPORT', status: { namespace: '000', code: 200, comment: '' } }, undefined],
    ['TRN-022', { method: 'AUTH', messageId: undefined }, undefined],
    ['TRN-022', { method: 'AUTH', headers: [['Authorization', 'Basic x']] as [string, string][] }, 400],
    ['TRN-022', { method: 'AUTH', headers: [['Expires', 'soon']] as [string, string][] }, 400],
    ['MSRP-018', { method: 'FOO' }, 501],
  ] as const)('%s %o: %s', (_id, fields, expected) => {
    expect(checkRequest(head(fields))?.status).toBe(expected);
  });
});

describe('status codes', () => {
  it('ERR-001 ERR-003 are those of the table, each with a fixed phrase', () => {
    expect(Object.keys(MSRP_STATUS).map(Number)).toEqual([
      200, 400, 401, 403, 404, 408, 413, 415, 423, 424, 425, 428, 481, 501, 506,
    ]);
    expect(statusPhrase(403)).toBe('Forbidden');
    expect(statusPhrase(499)).toBeUndefined();
  });

  it.each([
    [200, 'success'],
    [299, 'success'],
    [408, 'timeout'],
    [413, 'stop-message'],
    [415, 'stop-type'],
    [481, 'end-session'],
    [506, 'end-session'],
    [423, 'failure'],
    [499, 'failure'],
    [599, 'failure'],
    [700, 'failure'],
    [100, 'failure'],
  ] as const)('ERR-002 RPT-019 %d means %s', (status, meaning) => {
    expect(statusMeaning(status)).toBe(meaning);
  });
});

function reread(text: string): MsrpRequestHead {
  return (collected([Buffer.from(text, 'latin1')])[0] as { head: MsrpRequestHead }).head;
}
