"""Settings in YAML, as otter's cells hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.errors import AssignmentError, GraderError
from grader.notebooks.markers.regions import refuse

__all__ = ["settings"]


def settings(text: str, place: str) -> Mapping[str, Any]:
    """The settings in a cell; comments are none.

    Raises:
        AssignmentError: They are no YAML, or no names with values.
    """
    try:
        import yaml
    except ImportError:
        mend = "Install it: pip install 'grader[notebook]'."
        raise GraderError("otter's notebooks hold YAML: expected PyYAML, got none.", mend=mend) from None
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or type(error).__name__
        raise refuse(place, mark.line + 1 if mark else None, "YAML", str(why)) from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise AssignmentError(f"{place}: expected names with values, got {type(found).__name__}.")
    return {str(key): value for key, value in found.items()}
