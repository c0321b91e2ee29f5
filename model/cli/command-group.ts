import type { Command } from 'commander';

/** The subcommand `name` that others are grouped under (`freshcar dataset ...`), made when first asked for. */
export function commandGroup(program: Command, name: string, description: string): Command {
  return program.commands.find((command) => command.name() === name) ?? program.command(name).description(description);
}
