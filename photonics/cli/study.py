"""``photonics study yield/sensitivity/optimum/pareto/inverse/map DESIGN``."""

from collections.abc import Callable
from typing import Any

import click

from photonics.errors import InputError, nearest, shown

from .output import corner_option, figure_option, figures, json_option, show

KINDS = {
    "yield": "Share of draws that keep all limits; worst case beside statistics.",
    "sensitivity": "Gradient, tornado and Sobol indices of an output.",
    "optimum": "Best point of axes and choices under limits.",
    "pareto": "Front of two or three objectives over axes and choices.",
    "inverse": "Value of a parameter that brings an output to a target; largest reach.",
    "map": "An output over two parameters.",
}
# Figures that a study has: the function of photonics.reports, by name, so that matplotlib stays away until one is asked for.
FIGURES = {"yield": "yield_curve", "sensitivity": "tornado", "pareto": "pareto", "map": "margin_map"}
Decorator = Callable[[Any], Any]


class _Studies(click.Group):
    """A group that names the nearest study where there is none of that name."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        if found is None:
            close = nearest(cmd_name, KINDS)
            hint = f"; nearest: {', '.join(close)}" if close else ""
            raise click.UsageError(f"no study {shown(cmd_name)}{hint}; studies: {', '.join(KINDS)}")
        return found


@click.group("study", cls=_Studies)
def command() -> None:
    """What yields, what matters and what is best, of any DESIGN that can be evaluated at many points."""


def _of_all(function: Any) -> Any:
    """Options of every study: conditions, figure, JSON."""
    for option in (
        json_option,
        figure_option,
        click.option("--set-point", default="held", show_default=True, help="held: as the unchanged design sets itself; solved: anew."),
        click.option("--life", default="end", show_default=True, help="begin or end."),
        corner_option("typ"),
        click.argument("design"),
    ):
        function = option(function)
    return function


limit_option: Decorator = click.option("--limit", "limits", multiple=True, help='Such as "margin_db >= 0"; repeatable.')
axis_option: Decorator = click.option("--axis", "axes", multiple=True, help='PATH=LOW..HIGH, such as "fibre.length=10 m..2 km"; repeatable.')
choice_option: Decorator = click.option("--choice", "choices", multiple=True, help='PATH=A,B,..., such as "design=1.6T-2xDR4,800G-2xDR4".')
seed_option: Decorator = click.option("--seed", type=int, default=1, show_default=True, help="Of the draws.")
file_option: Decorator = click.option("--axes", "axes_file", help="A sweep file whose axes (range, linspace, logspace, choice) are taken.")
ranges_option: Decorator = click.option("--ranges", default="triangular", show_default=True, help="A min/typ/max as: triangular, uniform, none.")
only_option: Decorator = click.option("--only", multiple=True, help='Paths or globs that scatter or are looked at, such as "receiver.*".')
except_option: Decorator = click.option("--except", "exclude", multiple=True, help="Paths or globs that do not.")


def _split(text: str, key: str, form: str) -> tuple[str, str]:
    path, sign, rest = text.partition("=")
    if not sign or not path.strip() or not rest.strip():
        raise InputError.of("", key, shown(text), form)
    return path.strip(), rest.strip()


def _axes(texts: tuple[str, ...]) -> dict[str, tuple[str | float, str | float]]:
    """``PATH=LOW..HIGH`` texts as paths with their ends."""
    found: dict[str, tuple[str | float, str | float]] = {}
    form = 'PATH=LOW..HIGH, such as "fibre.length=10 m..2 km"'
    for text in texts:
        path, rest = _split(text, "--axis", form)
        low, sign, high = rest.partition("..")
        if not sign or not low.strip() or not high.strip():
            raise InputError.of("", "--axis", shown(text), form)
        if path in found:
            raise InputError.of("", "--axis", f"{path} a second time", "one axis for each path")
        found[path] = (_value(low), _value(high))
    return found


def _value(text: str) -> str | float:
    """A bare number as a number: right where the path says the unit or there is none, refused where one is missing."""
    try:
        return float(text)
    except ValueError:
        return text.strip()


def _choices(texts: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        path, rest = _split(text, "--choice", "PATH=A,B,...")
        values = tuple(value.strip() for value in rest.split(","))
        if not all(values) or path in found:
            raise InputError.of("", "--choice", shown(text), "PATH=A,B,... once for each path, no empty value")
        found[path] = values
    return found


def _space(axes: tuple[str, ...], choices: tuple[str, ...], axes_file: str | None) -> dict[str, Any]:
    """Axes and choices of the options and of a sweep file."""
    moved: dict[str, Any] = dict(_axes(axes))
    chosen: dict[str, Any] = dict(_choices(choices))
    if axes_file is not None:
        from photonics.studies.files import axes_of

        more, picked = axes_of(axes_file)
        for path in (*more, *picked):
            if path in moved or path in chosen:
                raise InputError.of(axes_file, path, "an axis that the command line has too", "each axis once")
        moved |= more
        chosen |= picked
    return {"axes": moved, "choices": chosen}


def _answer(kind: str, design: str, figure_paths: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """A study's answer; the options that are left have the names of the study's own arguments."""
    if figure_paths and kind not in FIGURES:
        raise InputError.of("", "--figure", f"a figure of {kind}", f"a study that has one: {', '.join(FIGURES)}")
    from photonics.studies import study

    result = study(kind, design, **options)

    def draw() -> object:
        import photonics.reports

        return getattr(photonics.reports, FIGURES[kind])(result)

    figures(figure_paths, draw)
    show(result, as_json)


@command.command("yield", help=KINDS["yield"])
@_of_all
@click.option("--limit", "limits", multiple=True, help='Such as "margin_db >= 0", which is taken where none is given; repeatable.')
@click.option("--points", type=int, default=100_000, show_default=True, help="Draws.")
@seed_option
@ranges_option
@only_option
@except_option
@click.option("--lanes", type=int, help="Bounds for a module of so many equal lanes, too.")
@click.option("--against", help='PATH=LOW..HIGH: the yield along a parameter, such as "fibre.length=10 m..20 km".')
@click.option("--num", type=int, default=21, show_default=True, help="Values along it.")
def _yield(limits: tuple[str, ...], against: str | None, num: int, **asked: Any) -> None:
    if limits:
        asked["limits"] = limits
    if against is not None:
        ((path, ends),) = _axes((against,)).items()
        asked |= {"against": path, "span": (*ends, num)}
    _answer("yield", **asked)


@command.command("sensitivity", help=KINDS["sensitivity"])
@_of_all
@click.option("--output", default="margin_db", show_default=True, help="What is looked at.")
@ranges_option
@only_option
@except_option
@click.option("--sobol", type=int, help="Samples of Sobol indices, 1024 or more; none without it.")
@seed_option
def _sensitivity(**asked: Any) -> None:
    _answer("sensitivity", **asked)


@command.command("optimum", help=KINDS["optimum"])
@_of_all
@click.option("--minimise", help="Output to be made small.")
@click.option("--maximise", help="Output to be made large.")
@axis_option
@choice_option
@file_option
@limit_option
@click.option("--points", type=int, default=1024, show_default=True, help="Of the scan of each variant.")
@seed_option
def _optimum(axes: tuple[str, ...], choices: tuple[str, ...], axes_file: str | None, **asked: Any) -> None:
    _answer("optimum", **asked, **_space(axes, choices, axes_file))


@command.command("pareto", help=KINDS["pareto"])
@_of_all
@click.option("--minimise", multiple=True, help="Output to be made small; repeatable.")
@click.option("--maximise", multiple=True, help="Output to be made large; repeatable.")
@axis_option
@choice_option
@file_option
@limit_option
@click.option("--points", type=int, default=4096, show_default=True, help="Of each variant, where numeric axes move it.")
@seed_option
def _pareto(axes: tuple[str, ...], choices: tuple[str, ...], axes_file: str | None, **asked: Any) -> None:
    _answer("pareto", **asked, **_space(axes, choices, axes_file))


@command.command("inverse", help=KINDS["inverse"])
@_of_all
@click.option("--output", default="margin_db", show_default=True, help="What is to meet the target.")
@click.option("--target", type=float, default=0.0, show_default=True, help="In the unit of the output.")
@click.option("--path", required=True, help="The parameter that moves, such as fibre.length.")
@click.option("--low", help="Ends of the search, with their unit; the plausible range otherwise.")
@click.option("--high", help="Likewise.")
def _inverse(low: str | None, high: str | None, **asked: Any) -> None:
    asked |= {key: _value(text) for key, text in (("low", low), ("high", high)) if text is not None}
    _answer("inverse", **asked)


@command.command("map", help=KINDS["map"])
@_of_all
@click.option("--output", default="margin_db", show_default=True, help="What is drawn.")
@click.option("--target", type=float, default=0.0, show_default=True, help="Value of the contour.")
@axis_option
@click.option("--num", type=(int, int), default=(121, 81), show_default=True, help="Points along x and y.")
def _map(axes: tuple[str, ...], **asked: Any) -> None:
    _answer("map", **asked, axes=_axes(axes))
