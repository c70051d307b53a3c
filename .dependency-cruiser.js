/*
 * The folders of src/ import only downwards, in this order. Type-only imports count too. Import cycles between files are
 * found by Biome.
 */
const folders = [
  'cli.ts',
  'commands',
  'sweep',
  'run-experiment.ts',
  'plan-experiment.ts',
  'load-experiment.ts',
  'init',
  'export',
  'predict',
  'report',
  'ui/app',
  'ui/server',
  'ui/components',
  'runs',
  'run-folder',
  'progress',
  'charts',
  'analysis',
  'train',
  'plan',
  'rules',
  'config',
  'model',
  'data',
  'engine',
  'cache',
  'experiment',
  'common',
];

const pathOf = (folder) => `^src/${folder.replace('.', '\\.')}${folder.includes('.') ? '$' : '/'}`;

export default {
  forbidden: [
    {
      name: 'every folder has its place in the order',
      severity: 'error',
      from: { path: '^src/', pathNot: folders.map(pathOf) },
      to: {},
    },
    ...folders.slice(1).map((folder, index) => ({
      name: `${folder} imports only from the folders below it`,
      severity: 'error',
      from: { path: pathOf(folder) },
      to: { path: folders.slice(0, index + 1).map(pathOf) },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.css$' },
  },
};
