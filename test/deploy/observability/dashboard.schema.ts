const text = { type: 'string', minLength: 1 } as const;
const datasource = {
  type: 'object',
  required: ['type', 'uid'],
  properties: { type: { const: 'prometheus' }, uid: { const: '${datasource}' } },
  additionalProperties: false,
} as const;
const gridPos = {
  type: 'object',
  required: ['h', 'w', 'x', 'y'],
  properties: {
    h: { type: 'integer', minimum: 1 },
    w: { type: 'integer', minimum: 1, maximum: 24 },
    x: { type: 'integer', minimum: 0, maximum: 23 },
    y: { type: 'integer', minimum: 0 },
  },
  additionalProperties: false,
} as const;
const row = {
  type: 'object',
  required: ['id', 'type', 'title', 'collapsed', 'gridPos', 'panels'],
  properties: {
    id: { type: 'integer', minimum: 1 },
    type: { const: 'row' },
    title: text,
    collapsed: { const: false },
    gridPos,
    panels: { type: 'array', maxItems: 0 },
  },
  additionalProperties: false,
} as const;
const link = {
  type: 'object',
  required: ['title', 'url', 'targetBlank'],
  properties: {
    title: text,
    url: { type: 'string', pattern: String.raw`^(?:https?://|\$\{jaeger\}/)` },
    targetBlank: { const: true },
  },
  additionalProperties: false,
} as const;
const target = {
  type: 'object',
  required: ['refId', 'datasource', 'expr', 'legendFormat', 'range', 'instant'],
  properties: {
    refId: { type: 'string', pattern: '^[A-Z]$' },
    datasource,
    expr: text,
    legendFormat: text,
    range: { type: 'boolean' },
    instant: { type: 'boolean' },
    format: { const: 'heatmap' },
  },
  additionalProperties: false,
} as const;
const panel = {
  type: 'object',
  required: [
    'id',
    'type',
    'title',
    'description',
    'datasource',
    'links',
    'fieldConfig',
    'options',
    'targets',
    'gridPos',
  ],
  properties: {
    id: { type: 'integer', minimum: 1 },
    type: { enum: ['timeseries', 'stat', 'heatmap'] },
    title: text,
    description: text,
    datasource,
    gridPos,
    links: { type: 'array', minItems: 1, items: link },
    fieldConfig: {
      type: 'object',
      required: ['defaults', 'overrides'],
      properties: {
        defaults: {
          type: 'object',
          required: ['unit'],
          properties: { unit: { enum: ['s', 'Bps', 'bytes', 'reqps', 'ops', 'percentunit', 'short'] } },
          additionalProperties: false,
        },
        overrides: { type: 'array', maxItems: 0 },
      },
      additionalProperties: false,
    },
    options: { type: 'object' },
    targets: { type: 'array', minItems: 1, maxItems: 26, items: target },
  },
  additionalProperties: false,
} as const;

/** The part of Grafana's model of a dashboard (schemaVersion 39) that these dashboards use, as JSON Schema. */
export const dashboardSchema = {
  type: 'object',
  required: ['uid', 'title', 'description', 'tags', 'schemaVersion', 'time', 'templating', 'panels', 'links'],
  properties: {
    uid: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
    title: text,
    description: text,
    tags: { type: 'array', items: text, minItems: 1 },
    schemaVersion: { const: 39 },
    version: { type: 'integer', minimum: 1 },
    editable: { type: 'boolean' },
    timezone: { enum: ['browser', 'utc'] },
    refresh: { type: 'string', pattern: '^[0-9]+[smh]$' },
    time: {
      type: 'object',
      required: ['from', 'to'],
      properties: { from: text, to: text },
      additionalProperties: false,
    },
    templating: {
      type: 'object',
      required: ['list'],
      properties: {
        list: {
          type: 'array',
          minItems: 3,
          items: {
            type: 'object',
            required: ['name', 'label', 'type', 'query', 'hide'],
            properties: {
              name: { enum: ['datasource', 'pool', 'jaeger'] },
              label: text,
              type: { enum: ['datasource', 'query', 'textbox'] },
              query: { type: ['string', 'object'] },
              hide: { type: 'integer' },
            },
          },
        },
      },
      additionalProperties: false,
    },
    annotations: { type: 'object' },
    links: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'title'],
        properties: { type: { const: 'dashboards' }, title: text },
      },
    },
    panels: { type: 'array', minItems: 2, items: { anyOf: [row, panel] } },
  },
  additionalProperties: false,
} as const;
