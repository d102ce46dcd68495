import { commands } from '#cli/commands/index.ts';
import { helpOf } from '#cli/help.ts';

/** The help of every command, as one Markdown page. */
export function cliReference(): string {
  const pages = commands
    .filter((command) => !command.isInternal)
    .map((command) => `## timonel ${command.name}\n\n\`\`\`\n${helpOf(command, 'en')}\n\`\`\`\n`);
  return `# The command line\n\nMade by \`npm run docs\`. Exit codes: [errors.md](errors.md).\n\n${pages.join('\n')}`;
}
