import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lintDockerfile } from './dockerfile.js';

const folder = fileURLToPath(new URL('../../../infra/docker/', import.meta.url));
const text = readFileSync(`${folder}Dockerfile`, 'utf8');

describe('the Dockerfile', () => {
  it('keeps our rules', () => {
    expect(lintDockerfile(text)).toEqual([]);
  });

  it.each([
    ['USER 65532:65532', ''],
    ['USER 65532:65532', 'USER 0'],
    [/(nodejs22-debian12:nonroot)@sha256:[0-9a-f]+/, '$1'],
    ['gcr.io/distroless/nodejs22-debian12', 'docker.io/library/node'],
    [/@sha256:43ac[0-9a-f]+/, ''],
    ['npm ci --ignore-scripts', 'npm ci'],
    ['npm ci --ignore-scripts', 'npm install --ignore-scripts'],
    ['ENV NODE_ENV=production', 'ENV NODE_ENV=production\nRUN ["/nodejs/bin/node", "-v"]'],
    ['ENV NODE_ENV=production', 'ENV NPM_TOKEN=x'],
    ['COPY . .', 'ADD https://example.com/tree.tar /tree'],
    [/ENTRYPOINT .*/, 'ENTRYPOINT node /app/main.mjs'],
    ['--chown=0:0 ', ''],
    ['org.opencontainers.image.revision', 'revision'],
    ['--date="@${SOURCE_DATE_EPOCH}"', ''],
    ['COPY tsconfig.base.json ./', 'RUN curl -fsSL https://example.com | tee x'],
    [/FROM[^]*FROM/, 'FROM'],
  ])('would not, with %s as %s', (from, to) => {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(lintDockerfile(changed)).not.toEqual([]);
  });

  it('sees no made or secret file', () => {
    const ignored = readFileSync(`${folder}Dockerfile.dockerignore`, 'utf8').split('\n');
    for (const line of ['**/node_modules', '**/dist', '.git', '.plenary', '**/*.pem', '**/*.key', '**/.env*'])
      expect(ignored).toContain(line);
  });
});
