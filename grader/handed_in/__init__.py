"""Finding what was handed in, whatever system it comes from: archives, rosters, layouts."""

from __future__ import annotations

from grader.handed_in.archives import ArchiveLimits, unpack
from grader.handed_in.layouts import LAYOUTS, gather
from grader.handed_in.names import safe_name
from grader.handed_in.picking import fuller_form
from grader.handed_in.records import Attempt, Gathered, HandedIn, Layout, Owner, Place, Sighting
from grader.handed_in.rosters import Roster, read_roster

__all__ = [
    "LAYOUTS",
    "ArchiveLimits",
    "Attempt",
    "Gathered",
    "HandedIn",
    "Layout",
    "Owner",
    "Place",
    "Roster",
    "Sighting",
    "fuller_form",
    "gather",
    "read_roster",
    "safe_name",
    "unpack",
]
