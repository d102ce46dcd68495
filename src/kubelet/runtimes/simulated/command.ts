/** Where a simulated command reads, writes and waits. */
export interface CommandWorld {
  readonly env: readonly { readonly key: string; readonly value: string }[];
  readonly hostname: string;
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly stdout: (text: string) => Promise<void>;
  readonly stderr: (text: string) => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
}

type Program = (args: readonly string[], world: CommandWorld) => Promise<number | Exit>;

/** `exit` ends the whole script. */
interface Exit {
  readonly exit: number;
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  echo: async (args, { stdout }) => say(stdout, `${args.join(' ')}\n`),
  cat: async (_args, { stdin, stdout }) => {
    for await (const chunk of stdin) await stdout(chunk.toString());
    return 0;
  },
  env: async (_args, { env, hostname, stdout }) =>
    say(stdout, `HOSTNAME=${hostname}\n${env.map(({ key, value }) => `${key}=${value}\n`).join('')}`),
  hostname: async (_args, { hostname, stdout }) => say(stdout, `${hostname}\n`),
  sleep: async ([seconds = '0'], { sleep }) => {
    await sleep(seconds === 'infinity' ? Number.MAX_SAFE_INTEGER : (Number.parseFloat(seconds) || 0) * 1000);
    return 0;
  },
  exit: async ([code = '0']) => ({ exit: Number.parseInt(code, 10) || 0 }),
  true: async () => 0,
  ':': async () => 0,
  false: async () => 1,
};

async function say(write: (text: string) => Promise<void>, text: string): Promise<number> {
  await write(text);
  return 0;
}

/** Whether the simulation knows what the command would do; any other program is taken for a server that stays up. */
export function isKnownCommand([program = '', ...args]: readonly string[]): boolean {
  if (!isShell(program)) return baseName(program) in PROGRAMS;
  return args[0] === '-c' && parseScript(args[1] ?? '').every(({ words }) => (words[0] ?? ':') in PROGRAMS);
}

/** Runs echo, cat, env, hostname, sleep, exit, true, false, alone or joined by `;` and `&&` in `sh -c`. @returns the exit code. */
export async function runCommand([program = '', ...args]: readonly string[], world: CommandWorld): Promise<number> {
  if (!isShell(program)) return codeOf(await runProgram([program, ...args], world));
  if (args[0] !== '-c') return runScriptFromStdin(world);
  return codeOf(await runScript(args[1] ?? '', world));
}

const isShell = (program: string) => ['sh', 'bash', 'ash'].includes(baseName(program));
const baseName = (program: string) => program.slice(program.lastIndexOf('/') + 1);
const codeOf = (result: number | Exit) => (typeof result === 'number' ? result : result.exit);

async function runProgram([name = '', ...args]: readonly string[], world: CommandWorld): Promise<number | Exit> {
  const program = PROGRAMS[baseName(name)];
  if (program) return program(args, world);
  await world.stderr(`sh: ${name}: not found\n`);
  return 127;
}

async function runScript(script: string, world: CommandWorld): Promise<number | Exit> {
  let code = 0;
  for (const { words, onlyAfterSuccess } of parseScript(script)) {
    if (words.length === 0 || (onlyAfterSuccess && code !== 0)) continue;
    const result = await runProgram(words, world);
    if (typeof result !== 'number') return result;
    code = result;
  }
  return code;
}

/** An interactive shell: each line is a script. */
async function runScriptFromStdin(world: CommandWorld): Promise<number> {
  let pending = '';
  let code = 0;
  for await (const chunk of world.stdin) {
    const lines = `${pending}${chunk.toString()}`.split(/\r?\n|\r/);
    pending = lines.pop() ?? '';
    for (const line of lines) {
      const result = await runScript(line, { ...world, stdin: nothing() });
      if (typeof result !== 'number') return result.exit;
      code = result;
    }
  }
  return pending ? codeOf(await runScript(pending, world)) : code;
}

async function* nothing(): AsyncGenerator<string> {}

interface Step {
  readonly words: readonly string[];
  readonly onlyAfterSuccess: boolean;
}

function parseScript(script: string): readonly Step[] {
  const steps: { words: string[]; onlyAfterSuccess: boolean }[] = [{ words: [], onlyAfterSuccess: false }];
  for (const [token, single, double] of script.matchAll(/'([^']*)'|"([^"]*)"|&&|;|\n|[^\s;&'"]+/g)) {
    if (token === ';' || token === '\n' || token === '&&') steps.push({ words: [], onlyAfterSuccess: token === '&&' });
    else steps.at(-1)?.words.push(single ?? double ?? token);
  }
  return steps;
}
