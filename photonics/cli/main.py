"""The ``photonics`` command: verbs are imported when they are named, so that ``--help`` stays light."""

import os
import sys
from importlib import import_module
from typing import Any

import click

from photonics import __version__
from photonics.errors import InputError, nearest

# Verb: one line of help.  The module of the same name in this room holds the command.
VERBS = {
    "budget": "Loss, power, error ratio, FEC and energy of a link.",
    "ber": "Bit error ratio against received power.",
    "eye": "The statistical eye of a lane: sub-eyes, bathtub, taps, noise.",
    "tdecq": "TDECQ of a captured or simulated waveform.",
    "fec": "What a code leaves of a pre-FEC bit error ratio.",
    "sweep": "Millions of points of a design: grids and random draws, reduced or stored.",
    "study": "What yields, what matters, what is best.",
    "compare": "Technologies over a cluster, or links beside each other.",
    "validate": "Run published and measured cases against the models.",
    "explain": "Equation, inputs and sources of every term of a design.",
    "init": "Write a commented starter design.",
    "catalog": "What is built in, with sources.",
    "warm": "Compile and cache the kernels once.",
}


class _Verbs(click.Group):
    """A group whose commands live in files of their own and are loaded on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            close = nearest(cmd_name, VERBS)
            hint = f"; nearest: {', '.join(close)}" if close else ""
            raise click.UsageError(f"no verb {cmd_name!r}{hint}; verbs: {', '.join(VERBS)}")
        command: click.Command = import_module(f"photonics.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # The stock method imports every command to ask for its help: that would load Numba.
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_Verbs, subcommand_metavar="VERB [ARGS]...", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="photonics")
def root() -> None:
    """Optical interconnects: loss, power per bit and error ratio, from a design file to a cluster.

    A DESIGN is a file or a catalog name (`photonics catalog list`).  Every verb takes --json.
    """


def main(arguments: list[str] | None = None) -> Any:
    """Entry point: runs a verb and turns errors into exit codes, without a traceback for what a user can mend."""
    try:
        code = root.main(args=arguments, prog_name="photonics", standalone_mode=False)
    except InputError as error:
        _complain(str(error))
        code = error.exit_code
    except click.Abort:
        _complain("stopped")
        code = 3
    except click.ClickException as error:
        _complain(error.format_message())
        code = 3
    except KeyboardInterrupt:
        _complain("stopped")
        code = 130
    except BrokenPipeError:
        # The reader went away (`| head`): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # the one place where a bug becomes exit code 4
        if os.environ.get("PHOTONICS_TRACEBACK"):
            raise
        _complain(f"bug: {type(error).__name__}: {error}\nset PHOTONICS_TRACEBACK=1 for the traceback and report it")
        code = 4
    sys.exit(code if isinstance(code, int) else 0)


def _complain(text: str) -> None:
    print(f"photonics: {text}", file=sys.stderr)
