"""The `--box` option, and what is said about the box that a submission runs in."""

from __future__ import annotations

from collections.abc import Sequence

import click

from grader.errors import FaultError

__all__ = ["BARE", "OWN_CODE", "box_option", "settle"]

BARE = "box bare: a plain process that isolates nothing; only for code that you trust."
OWN_CODE = (
    "box bare: nothing that isolates works on this machine, so this code runs as a plain process, "
    "with all that you may do; 'grader doctor' says why."
)

box_option = click.option(
    "--box",
    type=click.Choice(["auto", "jail", "confined", "docker", "bare"]),
    default="auto",
    show_default=True,
    help="Kind of box; auto is the strongest that works here, never bare.",
)


def settle(box: str, libraries: Sequence[str], *, own_code: bool = False) -> str:
    """The kind of box to use, said on standard error wherever it is weaker than one might think.

    Args:
        libraries: What the box will have loaded.
        own_code: The code is the user's own, so that a plain process will do where nothing else works.
    Raises:
        FaultError: `auto` was asked for and nothing that isolates works here.
    """
    if box == "bare":
        click.echo(BARE, err=True)
    if box != "auto":
        return box
    from grader.boxes import choose

    try:
        choice = choose(libraries)
    except FaultError:
        if not own_code:
            raise
        click.echo(OWN_CODE, err=True)
        return "bare"
    if choice.passed_over and not own_code:  # whose own code it is need not hear of kernels
        from grader.boxes.explanations import explain
        from grader.boxes.facts import gather

        facts = gather()
        for kind, error in choice.passed_over.items():
            reason = explain(kind, error, facts).reason
            click.echo(
                f"box {choice.kind}: {kind} does not work here ({reason}); see 'grader doctor'.", err=True
            )
    return choice.kind
