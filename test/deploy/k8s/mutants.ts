import { title, type RenderedSet } from './objects.js';

/** One change of one value of one object, which some check must find. */
export interface Mutant {
  readonly name: string;
  /** Makes it; the set given is not touched. */
  make(): RenderedSet;
}

type Path = readonly (string | number)[];

/** Kinds of change: a value is left out, or becomes another of its type. */
const ways: readonly { readonly name: string; of(value: unknown): { readonly value: unknown } | undefined }[] = [
  { name: 'left out', of: () => ({ value: undefined }) },
  {
    name: 'changed',
    of: (value) => {
      if (typeof value === 'boolean') return { value: !value };
      if (typeof value === 'number') return { value: value + 1 };
      if (typeof value !== 'string' || value === '') return undefined;
      return { value: /^[0-9]+$/.test(value) ? String(Number(value) + 1) : `${value}x` };
    },
  },
];

/**
 * Where a change means nothing that a check could know: free words, names that only have to agree with themselves, sizes
 * that are a matter of taste, and what the schema of its kind already judges.
 */
const free: readonly RegExp[] = [
  /^(?:apiVersion|kind)$/,
  /^metadata\.(?:name|annotations|labels)/,
  /^description$/,
  // Defaults of the cluster, or spelled out for people.
  /\.(?:imagePullPolicy|revisionHistoryLimit|minReadySeconds|backoffLimit|ttlSecondsAfterFinished|sessionAffinity)$/,
  /^spec\.(?:strategy|updateStrategy)\b/,
  /\.(?:containers\.\d+\.name|volumes\.\d+\.name|volumeClaimTemplates\b.*)$/,
  /^spec\.selector\.matchLabels$/,
  /\.(?:timeoutSeconds|restartPolicy)$/,
  // The small print of the exporter, the collector and of certificates and the database.
  /\.containers\.\d+\.(?:args|env)\.\d+$/,
  /\.containers\.1\.(?:startupProbe|livenessProbe|readinessProbe)\.(?:periodSeconds|failureThreshold)$/,
  /^spec\.(?:privateKey|commonName|duration|renewBefore)\b/,
  /^spec\.(?:pollingInterval)$/,
];

/** Kinds whose small print is judged by their schema alone; of these only what `only` names is changed. */
const only: Readonly<Record<string, RegExp>> = {
  Namespace: /^metadata\.labels\.pod-security/,
  PriorityClass: /^value$/,
  ServiceAccount: /^automountServiceAccountToken$/,
  ConfigMap:
    /^data\.(?!.*conf$|collector|PLENARY_DOMAIN|PLENARY_LOG_LEVEL|PLENARY_TRACE_RATIO|.*_MAX_|ROOM_STATE_SHARDS|MSRP_EDGE_PROXY_FROM|FOCUS_SIP_PUBLIC)/,
  Issuer: /^$/,
  Certificate: /^spec\.(?:secretName|dnsNames\.0|issuerRef\.(?:name|kind))$/,
  Cluster:
    /^spec\.(?:instances|priorityClassName|imageName|bootstrap\.initdb\.database|managed\.roles\.\d+\.(?:name|login|ensure|inherit|passwordSecret\.name)|certificates\.\w+|postgresql\.(?:pg_hba\.0|synchronous\.\w+))$/,
  ClusterImagePolicy: /^spec\.(?:mode|images\.0\.glob|authorities\.0\.keyless\.identities)$/,
  Gateway: /^spec\.listeners\.\d+\.(?:name|port|protocol|hostname|tls\.mode)$/,
  BackendTrafficPolicy: /^spec\.proxyProtocol\.version$/,
  PodMonitor:
    /^spec\.(?:selector\.matchLabels\.\w+|podMetricsEndpoints\.0\.(?:port|path|relabelings\.0\.(?:targetLabel|sourceLabels\.0)))$/,
  PrometheusRule: /^$/,
};

/** Of the Services and routes of single edges, which are all made alike, only these are changed. */
const edgeOfMany = /^msrp-edge-[ab]-(\d+)$/;
const someOrdinals = new Set(['0', '1', '49']);

/** Every change of every value that a rendered set holds, apart from `free`. */
export function* mutantsOf(set: RenderedSet): Generator<Mutant> {
  for (const [index, object] of set.objects.entries()) {
    const ordinal = edgeOfMany.exec(object.metadata.name)?.[1];
    if (ordinal !== undefined && !someOrdinals.has(ordinal)) continue;
    yield { name: `${title(object)} left out`, make: () => without(set, index) };
    const allowed = only[object.kind];
    for (const [path, value] of leaves(object)) {
      const text = path.join('.');
      if (allowed === undefined ? free.some((one) => one.test(text)) : !allowed.test(text)) continue;
      for (const way of ways) {
        const changed = way.of(value);
        if (changed === undefined) continue;
        // TCP is what is meant where nothing is said; any other free port of the loopback does as well.
        if (value === 'TCP' && way.name === 'left out') continue;
        if (text === 'data.MSRP_EDGE_MSRP_PORT' && way.name === 'changed') continue;
        yield { name: `${title(object)} ${text} ${way.name}`, make: () => withChange(set, index, path, changed.value) };
      }
    }
  }
}

function* leaves(value: unknown, path: Path = []): Generator<[Path, unknown]> {
  if (typeof value !== 'object' || value === null) {
    yield [path, value];
    return;
  }
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, inner] of entries) yield* leaves(inner, [...path, key]);
}

function without(set: RenderedSet, index: number): RenderedSet {
  return { ...set, objects: set.objects.filter((_, at) => at !== index) };
}

function withChange(set: RenderedSet, index: number, path: Path, value: unknown): RenderedSet {
  const copy = structuredClone(set.objects[index]);
  let holder = copy as unknown as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  const last = path.at(-1) ?? '';
  if (value !== undefined) holder[last] = value;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return { ...set, objects: set.objects.map((object, at) => (at === index && copy !== undefined ? copy : object)) };
}
