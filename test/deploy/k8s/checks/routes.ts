import { named, ofKind, title } from '../objects.js';
import type { Check } from './check.js';

interface RouteSpec {
  readonly parentRefs: readonly { readonly name: string; readonly sectionName?: string }[];
  readonly hostnames: readonly string[];
  readonly rules: readonly { readonly backendRefs: readonly { readonly name: string; readonly port: number }[] }[];
}
interface GatewaySpec {
  readonly listeners: readonly {
    readonly name: string;
    readonly port: number;
    readonly protocol: string;
    readonly hostname: string;
    readonly tls?: { readonly mode: string };
  }[];
}

/** For every edge a pool may ever have there is one route by its name to its own Service, and none more. */
export const routesCheck: Check = {
  name: 'routes to edges',
  run(set) {
    const most = 50;
    const services = ofKind(set, 'Service').filter(({ metadata }) => /^msrp-edge-[ab]-[0-9]+$/.test(metadata.name));
    const expected = ['a', 'b'].flatMap((pool) =>
      Array.from({ length: most }, (_, ordinal) => `msrp-edge-${pool}-${String(ordinal)}`),
    );
    const problems = differences(
      'Service',
      services.map(({ metadata }) => metadata.name),
      expected,
    );
    if (set.overlay === 'dev') return problems;
    const routes = ofKind(set, 'TLSRoute');
    problems.push(
      ...differences(
        'TLSRoute',
        routes.map(({ metadata }) => metadata.name),
        expected,
      ),
    );
    const gateway = named(set, 'Gateway', 'msrp');
    const listeners = (gateway?.spec as GatewaySpec | undefined)?.listeners ?? [];
    for (const route of routes) {
      const spec = route.spec as RouteSpec;
      const [, pool = '', ordinal = ''] = /^msrp-edge-(.)-(.+)$/.exec(route.metadata.name) ?? [];
      const listener = listeners.find(({ name }) => name === spec.parentRefs[0]?.sectionName);
      const good =
        spec.parentRefs.length === 1 &&
        spec.parentRefs[0]?.name === 'msrp' &&
        listener?.hostname === `*.${pool}.msrp.example.com` &&
        JSON.stringify(spec.hostnames) === JSON.stringify([`e${ordinal}.${pool}.msrp.example.com`]) &&
        JSON.stringify(spec.rules.map(({ backendRefs }) => backendRefs)) ===
          JSON.stringify([[{ name: route.metadata.name, port: 2855 }]]);
      if (!good) problems.push(`${title(route)} does not lead to its edge`);
    }
    for (const { name, port, protocol, tls } of listeners)
      if (port !== 2855 || protocol !== 'TLS' || tls?.mode !== 'Passthrough')
        problems.push(`Gateway msrp: listener ${name} does not pass TLS through on 2855`);
    if (listeners.length !== 2) problems.push('Gateway msrp: not one listener for each pool');
    const [traffic] = ofKind(set, 'BackendTrafficPolicy');
    const proxy = traffic?.spec as { readonly proxyProtocol?: { readonly version: string } } | undefined;
    const edges = ofKind(set, 'ConfigMap').find(({ data }) => data?.['MSRP_EDGE_TLS_PORT'] !== undefined);
    if (proxy?.proxyProtocol?.version !== 'V2' || (edges?.data?.['MSRP_EDGE_PROXY_FROM'] ?? '') === '')
      problems.push('the gateway and the edges do not agree on PROXY protocol');
    return problems;
  },
};

function differences(kind: string, given: readonly string[], expected: readonly string[]): string[] {
  const wanted = new Set(expected);
  const there = new Set(given);
  return [
    ...expected.filter((name) => !there.has(name)).map((name) => `${kind} ${name} is missing`),
    ...given.filter((name) => !wanted.has(name)).map((name) => `${kind} ${name} is for no edge`),
  ];
}
