"""The command line: each command is a playbook, imported when it is asked for."""

from importlib import import_module

import click

from playbooks.command import EXIT_CODES, Playbooks

COMMANDS = (
    "validate", "plan", "provision", "status", "resume", "confirm", "revert", "rollback", "report",
    "verify", "audit", "explain", "allocate", "schema", "init", "lab",
)  # fmt: skip


class _Loopwright(Playbooks):
    """The playbooks by name."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        # Nornir and rich take a third of a second to import; `schema` and a shell's completion need neither.
        command: click.Command = import_module(f"playbooks.{cmd_name}").command
        return command


@click.group(cls=_Loopwright, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="loopwright")
def main() -> None:
    """Give every router and switch its loopback interfaces, and prove that each one works."""


if __name__ == "__main__":
    main()
