// Keeps the borders of scripts/rooms.cjs: `npm run borders`.
const rooms = require('./scripts/rooms.cjs');
const units =
  '^src/(controllers|scheduler/plugins|storage/drivers|kubelet/runtimes|proxy/backends|dns/plugins|cli/commands)/([^/.]+)';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: { pathNot: '^src/gen/' }, to: { circular: true } },
    {
      name: 'units-are-strangers',
      severity: 'error',
      from: { path: units, pathNot: '(/index|\\.test|\\.contract)\\.ts$' },
      to: { path: '^src/$1/', pathNot: '^src/$1/($2[./]|[^/]+\\.ts$)' },
    },
    ...Object.entries(rooms).map(([room, may]) => ({
      name: `${room}-imports`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '(\\.test|\\.contract)\\.ts$|/testdata/|/testing/' },
      to: { path: '^src/', pathNot: `^src/(${[room, ...may].join('|')})/` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
