import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRendered } from '../k8s/objects.js';
import { workloads } from '../k8s/workloads.js';

interface Images {
  readonly images: Readonly<Record<string, string>>;
  command(name: string, options?: object): string[];
  pinned(text: string, digests: Readonly<Record<string, string>>): string;
}
const { images, command, pinned } = (await import(
  new URL('../../../infra/docker/images.mjs', import.meta.url).href
)) as Images;
const overlay = readFileSync(new URL('../../../k8s/overlays/prod/kustomization.yaml', import.meta.url), 'utf8');

describe('npm run images', () => {
  it('builds exactly the images of ours that the manifests run', () => {
    const used = workloads(readRendered('dev')).flatMap(({ pod }) => pod.containers.map(({ image }) => image));
    const ours = used.filter((image) => image.startsWith('plenary/')).map((image) => image.slice(8).split(':')[0]);
    expect(new Set(ours)).toEqual(new Set(Object.keys(images)));
  });

  it('gives each build its workspace, its revision and the date of its commit', () => {
    const words = command('focus', { push: true, env: { REVISION: 'abc', SOURCE_DATE_EPOCH: '17' } });
    for (const word of [
      '--build-arg=WORKSPACE=@plenary/focus',
      '--build-arg=REVISION=abc',
      '--build-arg=SOURCE_DATE_EPOCH=17',
      '--sbom=true',
      '--provenance=mode=max',
    ])
      expect(words).toContain(word);
  });

  it('pins digests in the overlay, and only digests of images that are there', () => {
    const digest = `sha256:${'5'.repeat(64)}`;
    const text = pinned(overlay, { 'msrp-edge': digest, nats: digest });
    expect(text.split(digest)).toHaveLength(3);
    expect(text.replaceAll(digest, '')).toContain('newName: registry.example.com/plenary/focus');
    expect(() => pinned(overlay, { nobody: digest })).toThrow('nobody is no image');
    expect(() => pinned(overlay, { focus: 'latest' })).toThrow('is no digest');
  });
});
