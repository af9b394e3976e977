// The walls between rooms (ARCHITECTURE.md, "Who may import whom").
const { join } = require('node:path');

const room = (name) => `^main/${name}/`;
const shared = '^(main/(rpc|log|parent-port|query-seam|seal)\\.ts|preload/(contract|errors|shapes[a-z-]*)\\.ts)$';

/** A room may use itself, the shared files, packages, and the rooms named. */
const wall = (name, also = []) => ({
  name: `room-${name}`,
  severity: 'error',
  from: { path: room(name), pathNot: '\\.test\\.ts$' },
  to: { path: '^(main|renderer|preload|tests|scripts)/', pathNot: [room(name), shared, ...also] },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    wall('noaa'),
    // Reading is the hop before the station; noaa itself knows no other room.
    wall('stations', [room('noaa')]),
    wall('cloud'),
    wall('lab'),
    wall('engine'),
    // control starts the processes and wires them: it knows their types (api.ts), never their code.
    wall('control', [room('cloud'), room('noaa'), '^main/(stations|lab|engine)/api\\.ts$']),
    wall('app', [room('control')]),
    wall('commands', [
      room('control'),
      room('cloud'),
      room('noaa'),
      '^main/lab/(api|iot/bare-broker|rules/speed)\\.ts$',
    ]),
    {
      name: 'renderer-sees-the-border-only',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(main|tests|scripts)/|^preload/preload' },
    },
    {
      name: 'preload-is-the-border',
      severity: 'error',
      from: { path: '^preload/' },
      to: { path: '^(main|renderer|tests|scripts)/' },
    },
    {
      name: 'electron-only-in-app',
      severity: 'error',
      from: { path: '^(main|renderer|preload)/', pathNot: '^(main/main\\.ts|main/app/|preload/preload\\.ts)' },
      to: { path: 'node_modules/electron/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'crt-in-one-file',
      severity: 'error',
      from: { path: '^main/', pathNot: '^main/stations/mqtt[^/]*\\.ts$|\\.test\\.ts$' },
      to: { path: 'node_modules/aws-(crt|iot-device-sdk-v2)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'duckdb-in-one-file',
      severity: 'error',
      from: { path: '^main/', pathNot: '^main/engine/duckdb[^/]*\\.ts$' },
      to: { path: 'node_modules/@duckdb/', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: join(__dirname, 'main', 'tsconfig.json') },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
  },
};
