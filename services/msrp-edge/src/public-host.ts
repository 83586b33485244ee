import { StartError } from '@plenary/service';
import type { MsrpEdgeSettings } from './config.js';

type Named = Pick<
  MsrpEdgeSettings,
  'MSRP_EDGE_NAME' | 'MSRP_EDGE_POOL' | 'MSRP_EDGE_PUBLIC_HOST' | 'MSRP_EDGE_PUBLIC_HOST_TEMPLATE'
>;

/**
 * The host clients reach this edge by, where the settings name one: as it is, or made of the template, in which `{ordinal}` is the number at the
 * end of the edge's name and `{pool}` its pool. Throws `StartError` where both are set, the name has no number, or no host comes out.
 */
export function publicHost(settings: Named): string | undefined {
  const { MSRP_EDGE_PUBLIC_HOST: host, MSRP_EDGE_PUBLIC_HOST_TEMPLATE: template } = settings;
  if (template === undefined) return host;
  if (host !== undefined)
    throw new StartError('MSRP_EDGE_PUBLIC_HOST and MSRP_EDGE_PUBLIC_HOST_TEMPLATE exclude each other');
  const ordinal = /\d+$/u.exec(settings.MSRP_EDGE_NAME)?.[0];
  if (template.includes('{ordinal}') && ordinal === undefined)
    throw new StartError('MSRP_EDGE_PUBLIC_HOST_TEMPLATE has {ordinal}, and MSRP_EDGE_NAME ends in no number');
  const made = template.replaceAll('{ordinal}', ordinal ?? '').replaceAll('{pool}', settings.MSRP_EDGE_POOL);
  if (!/^[0-9A-Za-z](?:[0-9A-Za-z.-]*[0-9A-Za-z])?$/u.test(made))
    throw new StartError(`MSRP_EDGE_PUBLIC_HOST_TEMPLATE gives ${made}, which is no host`);
  return made;
}
