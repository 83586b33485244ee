// What stands once for every edge pod: its Service (in the base) and its TLSRoute (component gateway-tlsroute), and the rules
// of Prometheus in the form its operator takes. The text is committed, because Kustomize neither counts nor wraps.
//   node k8s/generate.mjs           writes the files
//   node k8s/generate.mjs --check   changes nothing; exit code 1 where a file is not what would be written
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
export const pools = ['a', 'b'];
/** As many as a pool may ever have: `maxReplicaCount` of its ScaledObject. */
export const podsPerPool = 50;

const header = '# Written by k8s/generate.mjs; change that.\n';

const service = (pool, ordinal) => `apiVersion: v1
kind: Service
metadata:
  name: msrp-edge-${pool}-${ordinal}
  labels:
    app.kubernetes.io/name: msrp-edge
    app.kubernetes.io/part-of: plenary
    plenary.chat/pool: ${pool}
spec:
  # An edge that drains is not ready and still serves its sessions.
  publishNotReadyAddresses: true
  selector:
    statefulset.kubernetes.io/pod-name: msrp-edge-${pool}-${ordinal}
  ports:
    - name: msrps
      port: 2855
      targetPort: msrps
      protocol: TCP
`;

const route = (pool, ordinal) => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TLSRoute
metadata:
  name: msrp-edge-${pool}-${ordinal}
  labels:
    app.kubernetes.io/name: msrp-edge
    app.kubernetes.io/part-of: plenary
    plenary.chat/pool: ${pool}
spec:
  parentRefs:
    - name: msrp
      sectionName: msrps-${pool}
  hostnames:
    - e${ordinal}.${pool}.msrp.example.com
  rules:
    - backendRefs:
        - name: msrp-edge-${pool}-${ordinal}
          port: 2855
`;

const ordinals = Array.from({ length: podsPerPool }, (_, ordinal) => ordinal);
/** @type {[path: string, text: string][]} */
const files = pools.flatMap((pool) =>
  [
    [`base/msrp-edge/pods-${pool}.yaml`, service],
    [`components/gateway-tlsroute/routes-${pool}.yaml`, route],
  ].map(([path, one]) => [path, header + ordinals.map((ordinal) => one(pool, ordinal)).join('---\n')]),
);

const rules = readFileSync(join(here, '../infra/observability/rules/plenary.yaml'), 'utf8');
files.push([
  'components/servicemonitor/rules.yaml',
  `${header}apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: plenary
  labels:
    app.kubernetes.io/name: plenary
    app.kubernetes.io/part-of: plenary
spec:
${rules.replace(/^#.*\n/gm, '').replace(/^(?=.)/gm, '  ')}`,
]);

const check = process.argv.includes('--check');
const stale = files.filter(([path, text]) => read(path) !== text);
if (check) {
  for (const [path] of stale) process.stderr.write(`k8s/${path} is not current: node k8s/generate.mjs\n`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of stale) writeFileSync(join(here, path), text);
  process.stdout.write(`${stale.length} of ${files.length} files written\n`);
}

function read(path) {
  try {
    return readFileSync(join(here, path), 'utf8');
  } catch {
    return undefined;
  }
}
