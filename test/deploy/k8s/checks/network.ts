import { ofKind, type RenderedSet } from '../objects.js';
import { endpoints } from '../network/endpoints.js';
import { opening, type Endpoint } from '../network/evaluate.js';
import { flowRows, oneSided, triedPorts, type FlowRow } from '../network/flows.table.js';
import type { Check } from './check.js';

/**
 * Every flow of the table is possible, and no other between any two ends, on any port that means something. Each end is
 * judged alone too: what one of them lets pass must not rest on the other shutting it.
 */
export const networkCheck: Check = {
  name: 'network policies',
  run(set) {
    const ends = endpoints(set);
    const told = flowRows.flatMap(([, , list]) => list).filter((port) => !port.endsWith('-'));
    const ports = [...new Set([...told, ...triedPorts, ...opened(ends)])];
    const both = wantedFlows(flowRows, ends, ports);
    const ingress = new Set([...both, ...wantedFlows(oneSided.ingress, ends, ports)]);
    const egress = new Set([...both, ...wantedFlows(oneSided.egress, ends, ports)]);
    const problems: string[] = [];
    const judge = (how: string, is: boolean, wanted: ReadonlySet<string>, name: string): void => {
      if (is !== wanted.has(name)) problems.push(`${name} is ${is ? 'open' : 'shut'}${how}`);
    };
    for (const from of ends)
      for (const to of ends) {
        // Between two that are not ours the policies here have no say.
        if (!isOurs(from) && !isOurs(to)) continue;
        const leaving = opening(set, 'Egress', from, to);
        const entering = opening(set, 'Ingress', from, to);
        for (const port of ports) {
          const [protocol = '', number = ''] = port.split(' ');
          const [out, into] = [leaving.lets(protocol, Number(number)), entering.lets(protocol, Number(number))];
          const name = key(from.name, to.name, port);
          judge('', out && into, both, name);
          if (isOurs(to)) judge(' at its end', into, ingress, name);
          if (isOurs(from)) judge(' at its beginning', out, egress, name);
        }
      }
    return [...problems, ...bothDirections(set)];
  },
};

const isOurs = (end: Endpoint): boolean => end.pod?.namespaceName === 'plenary';
const key = (from: string, to: string, port: string): string => `${from} > ${to} ${port}`;
const opened = (ends: readonly Endpoint[]): string[] =>
  ends.flatMap(({ ports }) => ports.map(({ port, protocol }) => `${protocol} ${String(port)}`));

function wantedFlows(rows: readonly FlowRow[], ends: readonly Endpoint[], tried: readonly string[]): Set<string> {
  const there = ends.map(({ name }) => name);
  const namesOf = (names: readonly string[]): readonly string[] =>
    names.includes('*')
      ? there
      : names.includes('ours')
        ? ends.filter(isOurs).map(({ name }) => name)
        : names.filter((name) => there.includes(name));
  const flows = new Set<string>();
  for (const [froms, tos, ports] of rows)
    for (const from of namesOf(froms))
      for (const to of namesOf(tos))
        for (const port of ports.flatMap((one) => portsOf(one, tried))) flows.add(key(from, to, port));
  return flows;
}

function portsOf(row: string, tried: readonly string[]): readonly string[] {
  if (!row.endsWith('-')) return [row];
  const [protocol = '', from = ''] = row.slice(0, -1).split(' ');
  return tried.filter((port) => port.startsWith(`${protocol} `) && Number(port.split(' ')[1]) >= Number(from));
}

/** Every policy speaks of both directions, and what none other selects is shut: a pod added later begins with nothing. */
function bothDirections(set: RenderedSet): string[] {
  const policies = ofKind(set, 'NetworkPolicy');
  const deny = policies.find(({ metadata }) => metadata.name === 'default-deny');
  const wanted = JSON.stringify({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  return [
    ...(JSON.stringify(deny?.spec) === wanted ? [] : ['the policy default-deny does not deny everything']),
    ...(JSON.stringify(policies).match(/"endPort":\d+/g) ?? [])
      .filter((text) => Number(text.slice(10)) > 65_535)
      .map((text) => `${text} is no port`),
    ...policies
      .filter(({ spec }) => (spec as { policyTypes: string[] }).policyTypes.join() !== 'Ingress,Egress')
      .map(({ metadata }) => `NetworkPolicy ${metadata.name} speaks of one direction only`),
  ];
}
