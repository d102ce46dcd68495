import { createLogger } from '#base/log.ts';
import { defineCommand, oneOf, textOr } from '../command.ts';

export const agent = defineCommand({
  name: 'agent',
  synopsis: {
    en: 'Run the agent of a node; the server starts it.',
    es: 'Ejecuta el agente de un nodo; lo pone en marcha el servidor.',
  },
  isInternal: true,
  flags: {
    config: textOr(
      '',
      { en: 'file with the agent’s configuration', es: 'fichero con la configuración del agente' },
      { value: 'FILE' },
    ),
    'log-level': oneOf(
      ['debug', 'info', 'warn', 'error'],
      { en: 'how much is logged', es: 'cuánto se registra' },
      { fallback: 'info' },
    ),
  },
  examples: [
    { line: 'timonel agent --config agent.json', shows: { en: 'as the server does', es: 'como hace el servidor' } },
  ],
  async run({ flags, signal }) {
    const [{ readAgentConfig }, { startAgent }] = await Promise.all([
      import('#cluster/agent-config.ts'),
      import('#cluster/agent.ts'),
    ]);
    const config = await readAgentConfig(flags.config);
    const log = createLogger({ level: flags['log-level'] }).child({ node: config.nodeName });
    const running = await startAgent(config, log);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await running[Symbol.asyncDispose]();
  },
});
