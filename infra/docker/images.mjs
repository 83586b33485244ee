// Builds every image of ours from one list: `npm run images`.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Name of the image → the workspace in it. The names are those of the manifests (`plenary/<name>`). */
export const images = {
  focus: '@plenary/focus',
  'msrp-edge': '@plenary/msrp-edge',
  'room-state': '@plenary/room-state',
  history: '@plenary/history',
  ccmp: '@plenary/ccmp',
  'nats-bootstrap': '@plenary/nats',
};

const help = `npm run images [-- options]

Builds the images ${Object.keys(images).join(', ')} with docker buildx, one after another.
  --registry NAME   prefix of the images (default: plenary)
  --tag TAG         their tag (default: dev)
  --push            pushes them, with SBOM and provenance attached, and prints the digest of each as JSON
  --only NAME       one image alone
  --print           prints the commands and runs nothing; so it does where there is no Docker
  --pin FILE        builds nothing: writes the digests of FILE ({"focus": "sha256:…", …}) into k8s/overlays/prod
SOURCE_DATE_EPOCH and REVISION are taken from the environment: a release sets both from its commit.
`;

/** The command that builds one image. */
export function command(name, { registry = 'plenary', tag = 'dev', push = false, env = {}, version = '0.0.0' } = {}) {
  const args = {
    WORKSPACE: images[name],
    VERSION: version,
    REVISION: env.REVISION ?? 'unknown',
    SOURCE_DATE_EPOCH: env.SOURCE_DATE_EPOCH ?? '0',
  };
  return [
    'docker',
    'buildx',
    'build',
    '--file=infra/docker/Dockerfile',
    `--tag=${registry}/${name}:${tag}`,
    ...Object.entries(args).map(([key, value]) => `--build-arg=${key}=${value}`),
    ...(push ? ['--sbom=true', '--provenance=mode=max', `--metadata-file=.plenary/image-${name}.json`] : []),
    push ? '--output=type=registry,rewrite-timestamp=true' : '--load',
    '.',
  ];
}

/** The text of an overlay with the digests in place of those that stand at our images. Throws where one is unknown or no digest. */
export function pinned(text, digests) {
  let result = text;
  for (const [name, digest] of Object.entries(digests)) {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new Error(`${name}: ${digest} is no digest`);
    const place = new RegExp(`(- name: (?:plenary/)?${name}\\n(?: {4}.*\\n)*? {4}digest: )sha256:[0-9a-f]{64}`);
    if (!place.test(result)) throw new Error(`${name} is no image of the overlay`);
    result = result.replace(place, `$1${digest}`);
  }
  return result;
}

function main(args) {
  const value = (option) => (args.includes(option) ? args[args.indexOf(option) + 1] : undefined);
  if (args.includes('--help')) return say(help, 0);
  const file = value('--pin');
  if (file !== undefined) {
    const overlay = join(root, 'k8s/overlays/prod/kustomization.yaml');
    writeFileSync(overlay, pinned(readFileSync(overlay, 'utf8'), JSON.parse(readFileSync(file, 'utf8'))));
    return say('k8s/overlays/prod is pinned; node infra/validate.mjs --write renders it\n', 0);
  }
  const only = value('--only');
  if (only !== undefined && images[only] === undefined) return say(`${only} is no image\n\n${help}`, 1);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const options = {
    registry: value('--registry'),
    tag: value('--tag'),
    push: args.includes('--push'),
    env: process.env,
    version,
  };
  const none = spawnSync('docker', ['buildx', 'version'], { stdio: 'ignore' }).status !== 0;
  const print = args.includes('--print') || none;
  if (none && !args.includes('--print')) say('There is no Docker with buildx here. With one, these would run:\n', 0);
  const digests = {};
  for (const name of only === undefined ? Object.keys(images) : [only]) {
    const [program, ...rest] = command(name, options);
    say(`${print ? '' : `${name}: `}${[program, ...rest].join(' ')}\n`, 0);
    if (print) continue;
    if (spawnSync(program, rest, { cwd: root, stdio: 'inherit' }).status !== 0)
      return say(`${name} was not built\n`, 1);
    if (options.push)
      digests[name] = JSON.parse(readFileSync(join(root, `.plenary/image-${name}.json`), 'utf8'))[
        'containerimage.digest'
      ];
  }
  if (options.push && !print) say(`${JSON.stringify(digests, null, 2)}\n`, 0);
  return none && !args.includes('--print') ? 1 : 0;
}

function say(text, code) {
  (code === 0 ? process.stdout : process.stderr).write(text);
  return code;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  process.exitCode = main(process.argv.slice(2));
