// Which rooms of src/ each room may import, beside itself. Every folder of src/ has a row here; `cluster` and the files
// at the top know all, and nobody knows them.
module.exports = {
  base: [],
  gen: [],
  apimachinery: ['base', 'gen'],
  api: ['base', 'apimachinery', 'gen'],
  storage: ['base', 'apimachinery', 'gen'],
  client: ['base', 'apimachinery', 'api', 'gen'],
  apiserver: ['base', 'apimachinery', 'api', 'gen', 'storage'],
  reconciler: ['base', 'apimachinery', 'api', 'gen', 'client'],
  controllers: ['base', 'apimachinery', 'api', 'gen', 'client', 'reconciler'],
  scheduler: ['base', 'apimachinery', 'api', 'gen', 'client'],
  images: ['base', 'gen'],
  'node-host': ['base', 'images'],
  kubelet: ['base', 'apimachinery', 'api', 'gen', 'client', 'images'],
  proxy: ['base', 'apimachinery', 'api', 'gen', 'client'],
  dns: ['base', 'apimachinery', 'api', 'gen', 'client'],
  cli: ['base', 'apimachinery', 'api', 'gen', 'client', 'cluster', 'images', 'node-host'],
};
