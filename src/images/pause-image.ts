import { buildImage, machineArchitecture } from './build-image.ts';
import { type Architecture, pauseElf } from './pause-elf.ts';

/** The sandbox image's name, as containerd's configuration gives it. */
export const PAUSE_IMAGE = 'localhost/timonel-pause:1';

/** Writes the archive of the sandbox image: the pause program and nothing else. */
export async function buildPauseImage(file: string, architecture: Architecture = machineArchitecture): Promise<void> {
  const program = { type: 'file', path: 'pause', mode: 0o755, content: pauseElf(architecture) } as const;
  const process = { Entrypoint: ['/pause'], User: '65535:65535', WorkingDir: '/' };
  await buildImage({ name: PAUSE_IMAGE, layers: [[program]], process, architecture }, file);
}
