import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from './files.js';
import { anchorOf, defaultRunbooks } from './links.js';
import { dashboards, panels } from './dashboards/index.js';
import { alertRules, recordingRules, ruleGroups } from './rules/index.js';

const workspace = new URL('../', import.meta.url);
const files = generatedFiles(defaultRunbooks);

describe('the generated files', () => {
  it.each([...files])('%s is what would be written: else run npm run observability', (path, text) => {
    expect(readFileSync(new URL(path, workspace), 'utf8')).toBe(text);
  });

  it('are all there is in their folders', () => {
    const found = ['dashboards', 'rules'].flatMap((name) =>
      readdirSync(new URL(`${name}/`, workspace)).map((file) => `${name}/${file}`),
    );
    const ours = [...files.keys()].filter((path) => !path.startsWith('kubernetes/'));
    expect(found.toSorted()).toEqual(ours.toSorted());
  });

  it('lead to the runbooks of the installation', () => {
    for (const [path, text] of generatedFiles('https://wiki.example.net/chat')) {
      expect(text, path).not.toContain(defaultRunbooks);
      expect(text, path).toContain('https://wiki.example.net/chat#');
    }
  });
});

describe('dashboards', () => {
  it('are five, with panels that say what they show, in what unit, and what to do', () => {
    expect(dashboards).toHaveLength(5);
    for (const { title, description, unit, queries } of panels) {
      expect(description.length, title).toBeGreaterThan(10);
      expect(unit, title).not.toBe('');
      expect(queries.length, title).toBeGreaterThan(0);
      for (const { legend } of queries) expect(legend, title).not.toBe('');
    }
  });

  it('name a panel once', () => {
    const titles = panels.map(({ dashboard, title }) => `${dashboard}: ${title}`);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe('rules', () => {
  it('have names of their own', () => {
    const names = [...alertRules.map(({ alert }) => alert), ...recordingRules.map(({ record }) => record)];
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(ruleGroups.map(({ name }) => name)).size).toBe(ruleGroups.length);
  });
});

describe('runbooks', () => {
  const text = readFileSync(new URL('../docs/runbooks.md', workspace), 'utf8');
  const sections = text.split(/^## /m).slice(1);
  const headings = sections.map((section) => section.slice(0, section.indexOf('\n')).trim());
  const alerts = alertRules.map(({ alert }) => alert);

  it('are one for every alert, and for nothing else', () => {
    expect(headings.toSorted()).toEqual(alerts.toSorted());
  });

  it('say what it means, how to see it, three things to do first and when to call for help', () => {
    for (const section of sections) {
      const heading = section.slice(0, section.indexOf('\n'));
      for (const part of ['**Users:**', '**See:**', '**Do first:**', '**Escalate:**'])
        expect(section, heading).toContain(part);
      const steps = section.match(/^\d\. /gm) ?? [];
      expect(steps.length, heading).toBeGreaterThanOrEqual(3);
      expect(section, heading).toMatch(/`[^`]+`/);
    }
  });

  it('are where panels and alerts lead', () => {
    const anchors = new Set(headings.map(anchorOf));
    const linked = [...files.values()].flatMap((file) =>
      [...file.matchAll(/runbooks#([\w-]+)/g)].map(([, anchor = '']) => anchor),
    );
    expect(linked.length).toBeGreaterThan(panels.length);
    expect(linked.filter((anchor) => !anchors.has(anchor))).toEqual([]);
  });
});
