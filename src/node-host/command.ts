import { execFile } from 'node:child_process';

/** A program ended with an error; the message holds its own words. */
export class CommandFailed extends Error {
  override name = 'CommandFailed';
  readonly exitCode: number | undefined;
  constructor(program: string, args: readonly string[], output: { stderr: string; exitCode: number | undefined }) {
    super(`${program} ${args.join(' ')}: ${output.stderr.trim() || `exit code ${output.exitCode ?? 'none'}`}`);
    this.exitCode = output.exitCode;
  }
}

/** Runs a program to its end and gives what it printed. @throws {CommandFailed} */
export function command(program: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const exitCode = typeof error.code === 'number' ? error.code : undefined;
      reject(new CommandFailed(program, args, { stderr: stderr || error.message, exitCode }));
    });
    child.stdin?.on('error', () => {}); // a program that ends early says why by its exit code
    child.stdin?.end(input ?? '');
  });
}

/** The same, inside a network namespace: only the network changes, mounts stay visible (`ip netns exec` hides cgroups). */
export function commandIn(namespace: string, program: string, args: readonly string[]): Promise<string> {
  return command('nsenter', [`--net=${namespacePath(namespace)}`, '--', program, ...args]);
}

export function namespacePath(namespace: string): string {
  return `/run/netns/${namespace}`;
}
