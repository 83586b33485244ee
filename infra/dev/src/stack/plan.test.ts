import { describe, expect, it } from 'vitest';
import { internalNames } from '@plenary/service';
import type { DevCertificates } from '../certificates/index.js';
import { makePlan, type PlanOptions } from './plan.js';

const options: PlanOptions = {
  databaseUrl: 'postgres://u@h/d',
  natsUrl: 'nats://127.0.0.1:4222',
  domain: 'localhost',
  edges: 2,
  ports: 'free',
};

describe('makePlan', () => {
  it('gives every listener a port of its own and tells focus and the edges where room-state is', async () => {
    const plan = await makePlan(options);
    const ports = plan.flatMap(({ listeners }) => listeners.map(({ port }) => port));
    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.min(...ports)).toBeGreaterThan(0);
    const grpc = plan[0]?.listeners.find(({ what }) => what === 'gRPC');
    const address = `127.0.0.1:${String(grpc?.port)}`;
    expect(plan.at(-1)?.env['FOCUS_ROOM_STATE_ADDRESS']).toBe(address);
    expect(plan[2]?.env['MSRP_EDGE_ROOM_STATE_ADDRESS']).toBe(address);
    const history = plan[1]?.listeners.find(({ what }) => what === 'gRPC');
    expect(plan[2]?.env['MSRP_EDGE_HISTORY_ADDRESS']).toBe(`127.0.0.1:${String(history?.port)}`);
  });

  it('names the port of each edge by a setting of its own, and takes any port for 0', async () => {
    const asked: string[] = [];
    const plan = await makePlan({
      ...options,
      ports: (setting) => {
        asked.push(setting);
        return setting === 'MSRP_EDGE_2_MSRP_PORT' ? 2856 : 0;
      },
    });
    expect(asked).toContain('MSRP_EDGE_1_MSRP_PORT');
    const second = plan.find(({ name }) => name === 'msrp-edge-2');
    expect(second?.listeners[0]).toMatchObject({ what: 'MSRP', port: 2856, setting: 'MSRP_EDGE_2_MSRP_PORT' });
    expect(second?.env['MSRP_EDGE_MSRP_PORT']).toBe('2856');
    expect(plan.flatMap(({ listeners }) => listeners).every(({ port }) => port > 0)).toBe(true);
  });

  it('tells ccmp where room-state and history are, and has TLS only with a certificate', async () => {
    const plan = await makePlan(options);
    const ccmp = plan.find(({ name }) => name === 'ccmp');
    const grpcOf = (name: string): string =>
      `127.0.0.1:${String(plan.find((one) => one.name === name)?.listeners.find(({ what }) => what === 'gRPC')?.port)}`;
    expect(ccmp?.env).toMatchObject({
      CCMP_ROOM_STATE_ADDRESS: grpcOf('room-state'),
      CCMP_HISTORY_ADDRESS: grpcOf('history'),
    });
    expect(ccmp?.listeners.map(({ what }) => what)).toEqual(['CCMP', 'health']);
    expect(ccmp?.env).not.toHaveProperty('CCMP_TLS_CERTIFICATE');
    const certificate = { certificate: '/c.pem', key: '/k.pem' };
    const secure = await makePlan({ ...options, certificate });
    const of = (name: string) => secure.find((one) => one.name === name);
    expect(of('ccmp')?.listeners.map(({ what }) => what)).toEqual(['CCMP', 'CCMPS', 'health']);
    expect(of('ccmp')?.env).toMatchObject({ CCMP_TLS_CERTIFICATE: '/c.pem', CCMP_TLS_KEY: '/k.pem' });
    expect(of('focus')?.listeners.map(({ what }) => what)).toEqual(['SIP', 'SIPS', 'health']);
    expect(of('focus')?.env).toMatchObject({ FOCUS_TLS_CERTIFICATE: '/c.pem', FOCUS_TLS_KEY: '/k.pem' });
    expect(of('msrp-edge-2')?.listeners.map(({ what }) => what)).toEqual(['MSRP', 'MSRPS', 'gRPC', 'health']);
    expect(of('msrp-edge-2')?.env).toMatchObject({ MSRP_EDGE_TLS_CERTIFICATE: '/c.pem', MSRP_EDGE_TLS_KEY: '/k.pem' });
    expect(of('room-state')?.env).not.toHaveProperty('ROOM_STATE_TLS_CERTIFICATE');
  });

  it('gives each service its own identity inside, and PostgreSQL its authority where it is one of ours', async () => {
    const pathsOf = (name: string) => ({ certificate: `/${name}.pem`, key: `/${name}.key` });
    const names = [...internalNames, 'nats', 'postgres'] as const;
    const internal = Object.fromEntries(names.map((name) => [name, pathsOf(name)])) as DevCertificates['internal'];
    const inside = { internal, internalAuthority: '/authority.pem', database: true };
    for (const { kind, env } of await makePlan({ ...options, inside }))
      expect(env, kind).toMatchObject({
        PLENARY_INTERNAL_TLS_CERTIFICATE: `/${kind}.pem`,
        PLENARY_INTERNAL_TLS_KEY: `/${kind}.key`,
        PLENARY_INTERNAL_TLS_AUTHORITIES: '/authority.pem',
        DATABASE_TLS_AUTHORITIES: '/authority.pem',
      });
    const [first] = await makePlan({ ...options, inside: { ...inside, database: false } });
    expect(first?.env).not.toHaveProperty('DATABASE_TLS_AUTHORITIES');
  });

  it('lets settings of a kind and of one service win, in this order', async () => {
    const settings = { 'msrp-edge': { A: 'kind', B: 'kind' }, 'msrp-edge-2': { B: 'one' } };
    const plan = await makePlan({ ...options, settings });
    expect(plan.find(({ name }) => name === 'msrp-edge-1')?.env).toMatchObject({ A: 'kind', B: 'kind' });
    expect(plan.find(({ name }) => name === 'msrp-edge-2')?.env).toMatchObject({ A: 'kind', B: 'one' });
  });

  it('leaves out the kinds that are not asked for, and NATS_URL with the bus in memory', async () => {
    const plan = await makePlan({ ...options, natsUrl: undefined, kinds: ['room-state', 'focus'] });
    expect(plan.map(({ name }) => name)).toEqual(['room-state', 'focus']);
    expect(plan[1]?.env['FOCUS_ROOM_STATE_ADDRESS']).toMatch(/^127\.0\.0\.1:[1-9]/);
    expect(plan[0]?.env).not.toHaveProperty('NATS_URL');
  });
});
