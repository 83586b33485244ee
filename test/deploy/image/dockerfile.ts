/** One instruction of a Dockerfile, its continued lines put together. */
export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

export function parseDockerfile(text: string): Instruction[] {
  return text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => /^([A-Z]+)\s+(.*)$/.exec(line.trim()))
    .filter((match) => match !== null)
    .map(([, word = '', rest = '']) => ({ word, rest }));
}

/** What is wrong with a Dockerfile by our rules; nothing where it is good. */
export function lintDockerfile(text: string): string[] {
  const all = parseDockerfile(text);
  const starts = all.flatMap(({ word }, index) => (word === 'FROM' ? [index] : []));
  const global = new Map(
    all
      .slice(0, starts[0])
      .filter(({ word }) => word === 'ARG')
      .map(({ rest }) => split(rest)),
  );
  const last = all.slice(starts.at(-1));
  const problems: string[] = [];
  const must = (good: boolean, problem: string): void => {
    if (!good) problems.push(problem);
  };
  must(starts.length > 1, 'one stage: what builds would be in the image');
  const bases = all.filter(({ word }) => word === 'FROM').map(({ rest }) => base(rest, global));
  for (const image of bases) {
    must(/@sha256:[0-9a-f]{64}$/.test(image), `${image} is not named by its digest`);
    must(!image.includes(':latest'), `${image} is the latest of something`);
  }
  must(
    /^gcr\.io\/distroless\/nodejs\d+-debian\d+(?::nonroot)?@/.test(bases.at(-1) ?? ''),
    'the last base has a shell or no Node.js',
  );
  must(
    last
      .filter(({ word }) => word === 'USER')
      .map(({ rest }) => rest)
      .join() === '65532:65532',
    'it does not run as 65532',
  );
  must(
    last.every(({ word }) => word !== 'RUN' && word !== 'ADD' && word !== 'SHELL'),
    'the last stage runs something',
  );
  const start = last.filter(({ word }) => word === 'ENTRYPOINT' || word === 'CMD');
  must(start.length > 0 && start.every(({ rest }) => rest.startsWith('["')), 'it starts by a shell');
  must(
    last.some(({ word, rest }) => word === 'LABEL' && rest.includes('org.opencontainers.image.revision')),
    'no label says of which revision it is',
  );
  must(
    last
      .filter(({ word }) => word === 'COPY')
      .every(({ rest }) => rest.includes('--from=') && rest.includes('--chown=0:0')),
    'the process could change its own files',
  );
  must(
    all.every(({ word }) => word !== 'ADD'),
    'ADD fetches or unpacks what nobody looked at',
  );
  must(
    all.every(({ word, rest }) => !/^(?:ARG|ENV)$/.test(word) || !/(?:TOKEN|SECRET|PASSWORD|_KEY)\b/i.test(rest)),
    'a secret is built in',
  );
  const installs = all.filter(({ word, rest }) => word === 'RUN' && /\bnpm (?:ci|i|install)\b/.test(rest));
  must(
    installs.length > 0 && installs.every(({ rest }) => /\bnpm ci\b/.test(rest) && rest.includes('--ignore-scripts')),
    'packages are installed loosely, or run scripts',
  );
  must(
    all.every(({ rest }) => !/\bcurl\b|\bwget\b|\bapt-get\b/.test(rest)),
    'it fetches what no lock file names',
  );
  must(
    all.some(({ word, rest }) => word === 'RUN' && rest.includes('${SOURCE_DATE_EPOCH}')),
    'files keep the time of the build',
  );
  return problems;
}

function split(rest: string): [string, string] {
  const at = rest.indexOf('=');
  return at < 0 ? [rest, ''] : [rest.slice(0, at), rest.slice(at + 1)];
}

function base(rest: string, global: ReadonlyMap<string, string>): string {
  const [image = ''] = rest.split(' ');
  return image.replace(/^\$\{(\w+)\}$/, (_all, name: string) => global.get(name) ?? '');
}
