import type { Command } from '../command.ts';
import { agent } from './agent.ts';
import { remove } from './delete.ts';
import { imageBuild, imageImport, imageList } from './image.ts';
import { kubeconfig } from './kubeconfig.ts';
import { logs } from './logs.ts';
import { server } from './server.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { up } from './up.ts';
import { version } from './version.ts';

/** Every command, in the order in which help shows them. */
export const commands: readonly Command[] = [
  up,
  status,
  stop,
  remove,
  kubeconfig,
  imageImport,
  imageList,
  imageBuild,
  logs,
  version,
  server,
  agent,
];
