import {
  alertRules,
  alertText,
  defaultRunbooks,
  ruleGroups,
  rulesObject,
  tokenize,
  type AlertRule,
  type RuleGroup,
} from '@plenary/observability';
import { describe, expect, it } from 'vitest';
import { cases, type RuleCase } from './cases.js';
import { promtool } from './promtool.js';

const everyMinute = '1m';

/** Cases of alerts in promtool's form; the alert's own texts are filled in from its labels. */
function testFile(chosen: readonly RuleCase[], interval: string): object {
  return {
    rule_files: ['rules.yaml'],
    evaluation_interval: interval,
    tests: chosen.map(({ alert, name, series, at, fires }) => ({
      name: `${alert}: ${name}`,
      interval,
      input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
      alert_rule_test: [
        { eval_time: at, alertname: alert, exp_alerts: fires === null ? [] : [expected(alert, fires)] },
      ],
    })),
  };
}

function expected(alert: string, labels: Readonly<Record<string, string>>): object {
  const rule = alertRules.find((one) => one.alert === alert);
  if (rule === undefined) throw new Error(`no alert ${alert}`);
  const text = alertText(rule, defaultRunbooks);
  const filled = Object.entries(text.annotations).map(([key, value]) => [
    key,
    value.replaceAll(/\{\{\s*\$labels\.(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? ''),
  ]);
  return {
    exp_labels: { ...labels, ...text.labels },
    exp_annotations: Object.fromEntries(filled) as Record<string, string>,
  };
}

/** Runs cases, those of one interval together: a rule is looked at as often as there are samples. */
async function judge(
  groups: readonly RuleGroup[],
  chosen: readonly RuleCase[],
): Promise<{ ok: boolean; output: string }> {
  const told = { ok: true, output: '' };
  const intervals = new Set(chosen.map(({ interval = everyMinute }) => interval));
  for (const interval of intervals) {
    const paced = groups.map((group) => ({ ...group, interval }));
    const own = chosen.filter((one) => (one.interval ?? everyMinute) === interval);
    const files = { 'rules.yaml': rulesObject(paced, defaultRunbooks), 'cases.yaml': testFile(own, interval) };
    const { ok, output } = await promtool(['test', 'rules'], files, ['cases.yaml']);
    told.ok &&= ok;
    told.output += output;
  }
  return told;
}

describe('the rules', () => {
  it('are ones that Prometheus loads', async () => {
    const files = { 'rules.yaml': rulesObject(ruleGroups, defaultRunbooks) };
    expect(await promtool(['check', 'rules'], files, ['rules.yaml'])).toMatchObject({ ok: true });
  });

  it.each(alertRules)('$alert has a case that fires and one that stays silent', ({ alert, for: duration }) => {
    const own = cases.filter((one) => one.alert === alert);
    expect(own.filter(({ fires }) => fires !== null).length).toBeGreaterThan(0);
    expect(own.filter(({ fires }) => fires === null).length).toBeGreaterThan(0);
    if (duration !== undefined) expect(own.map(({ name }) => name)).toContain('not for long enough');
  });

  it.each(alertRules)('$alert fires and stays silent as every case says', async (rule) => {
    const own = cases.filter((one) => one.alert === rule.alert);
    const told = await judge(only(rule), own);
    expect(told.ok, told.output).toBe(true);
  });
});

interface Mutant {
  readonly what: string;
  readonly rule: AlertRule;
}

/** One thing about an alert changed on purpose: a threshold, its direction, a metric, a value, how long, how urgent. */
function mutantsOf(rule: AlertRule): Mutant[] {
  const { expr } = rule;
  const tokens = tokenize(expr);
  const mutants: Mutant[] = [];
  const put = (what: string, at: number, from: string, to: string): void => {
    mutants.push({
      what: `${what} at ${String(at)}`,
      rule: { ...rule, expr: expr.slice(0, at) + to + expr.slice(at + from.length) },
    });
  };
  tokens.forEach((token, index) => {
    const { text, at, kind } = token;
    const before = tokens[index - 1]?.text;
    if ((text === '>' || text === '<') && kind === 'operator') put('direction', at, text, text === '>' ? '<' : '>');
    if (kind === 'number' && before === '>' && text === '0') put('threshold', at, text, '100000');
    else if (kind === 'number' && (before === '>' || before === '<')) {
      const isFactor = tokens[index + 1]?.text === '*';
      for (const factor of [0.5, 1.6])
        put(`threshold times ${String(factor)}${isFactor ? ', factor' : ''}`, at, text, String(Number(text) * factor));
    }
    if (kind === 'name' && /^(?:chat|nats|slo)[_:]/.test(text)) put(`metric ${text}`, at, text, `${text}x`);
    if (kind === 'string') put(`value ${text}`, at, text, '"other"');
    if (text === 'unless') put('unless', at, text, 'and');
  });
  mutants.push({ what: 'severity', rule: { ...rule, severity: rule.severity === 'page' ? 'ticket' : 'page' } });
  mutants.push({ what: 'summary', rule: { ...rule, summary: `${rule.summary} Perhaps.` } });
  mutants.push({ what: 'for much longer', rule: { ...rule, for: '30h' } });
  if (rule.for !== undefined) mutants.push({ what: 'for no time', rule: { ...rule, for: '0s' } });
  return mutants;
}

/** The changed alert, and what it needs: the series recorded for it. */
function only(rule: AlertRule): RuleGroup[] {
  return ruleGroups
    .filter(({ alerts }) => alerts.some(({ alert }) => alert === rule.alert))
    .map((group) => ({
      ...group,
      records: group.records.filter(({ record }) => rule.expr.includes(record)),
      alerts: [rule],
    }));
}

describe('an alert changed on purpose', () => {
  it.each(alertRules)('$alert: every mutant is caught by its cases', { timeout: 240_000 }, async (rule) => {
    const own = cases.filter((one) => one.alert === rule.alert);
    const mutants = mutantsOf(rule);
    expect(mutants.length).toBeGreaterThan(4);
    const missed: string[] = [];
    for (const mutant of mutants) {
      const { ok } = await judge(only(mutant.rule), own);
      if (ok) missed.push(`${mutant.what}: ${mutant.rule.expr}`);
    }
    expect(missed).toEqual([]);
  });
});
