"""The harness sees what it is there to see: without this, boxes that hold nothing would pass."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from grader.boxes import Box, Limits, open_box
from tests.attacks import harness
from tests.attacks.harness import attempt, faults
from tests.attacks.labels import Attack, read
from tests.attacks.lures import Host

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the harness looks into /proc")

LABELS = '"""Tries.\n\nAims at: x\nMust not: y\nVerdict: reply\nShown in: bare\n"""\nimport os, time\n\n'


def written(folder: Path, body: str) -> Attack:
    path = folder / "attack.py"
    path.write_text(f"{LABELS}def attack(lure):\n    {body}\n")
    return read(path)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return ['the keys']", "achieved: the keys"),
        ("return None", "achieved: None"),
        ("raise ValueError", "expected one of ['reply'], got error"),
        ("os._exit(3)", "expected one of ['reply'], got exited"),
        ("print(open(lure['secret_file']).read()); return []", "the secret came back"),
        ("open(lure['victim_file'], 'a').write('x'); return []", "folder/victim.txt: "),
        ("os.kill(lure['victim_pid'], 15); time.sleep(0.05); return []", "the victim: "),
        ("os.nice(0); os.setpriority(0, lure['victim_pid'], 7); return []", "the victim: "),
        (
            "import socket; socket.create_connection(('127.0.0.1', lure['tcp_port'])); return []",
            "the TCP port was reached",
        ),
        (
            "import socket; socket.socket(socket.AF_UNIX).connect(lure['abstract']); return []",
            "the abstract socket was",
        ),
        ("global fine; fine = None; return []", "the next call was not answered"),
    ],
)
def test_success_is_seen(body: str, words: str, tmp_path: Path) -> None:
    found = faults(attempt(written(tmp_path, body), "bare"))

    assert any(fault.startswith(words) for fault in found), found


def test_a_harmless_file_has_no_faults(tmp_path: Path) -> None:
    assert faults(attempt(written(tmp_path, "return []"), "bare")) == []


def test_a_process_that_outlives_the_box_is_seen_and_ended(tmp_path: Path) -> None:
    loop = "'echo up; while sleep 1; do :; done'"
    body = (
        f"import subprocess as s; p = s.Popen(['sh', '-c', {loop}, lure['marker']], stdout=s.PIPE,"
        " start_new_session=True); return [] if p.stdout.readline() else ['it did not start']"
    )

    found = faults(attempt(written(tmp_path, body), "bare"))

    # One or two: the shell, and its copy that is about to become `sleep`.
    assert [fault.partition(" ")[2] for fault in found] == ["processes outlived the box"]


def test_what_a_careless_box_leaves_in_this_process_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    children: list[subprocess.Popen[bytes]] = []

    def careless(kind: str, libraries: Sequence[str], limits: Limits) -> Box:
        kept.extend(os.pipe())
        children.append(subprocess.Popen(["sleep", "20"]))
        os.environ["LEFT_BY_A_BOX"] = "1"
        monkeypatch.setattr(np, "allclose", lambda *_: True)
        return open_box(kind, libraries, limits)

    monkeypatch.setattr(harness, "open_box", careless)
    found = faults(attempt(written(tmp_path, "return []"), "bare"))
    for descriptor in kept:
        os.close(descriptor)
    for child in children:
        child.kill()
        child.wait()
    del os.environ["LEFT_BY_A_BOX"]

    assert set(found) == {
        "1 processes are left",
        "2 descriptors are left",
        "the environment was changed",
        "numpy.allclose was changed",
    }


def test_bait_that_nobody_touched_is_clean_and_goes_away() -> None:
    host = Host()
    before = host.changes()
    host.close()

    assert before == []
    assert not host.base.exists()
    assert host.victim.returncode is not None
