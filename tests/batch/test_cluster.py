"""A Ray cluster: the same verdicts as on one machine, whatever dies meanwhile, and out of students' reach."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.batch import Desk
from grader.batch.cluster import RayEngine
from grader.errors import FaultError
from tests.batch.clusters import Cluster, command_of, descendants, ended
from tests.batch.conftest import CLASS
from tests.batch.test_killed import kept
from tests.end_to_end.conftest import ASSIGNMENT, but, write_course

needs_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None or sys.platform != "linux",
    reason="Ray is not installed (pip install 'grader[cluster]'), or this is not Linux",
)
HERE = Path(__file__).parents[2]
TEXTS = {f"{name}{number}": text for number in range(2) for name, text in CLASS.items()}
KILLED = "x.min(axis=1) * 0 + 12345, x.max(axis=1)"
"""An answer that ends the process of whoever judges it by the assignment below."""

PATIENT = "from grader import shrinking\n\nshrinking._CLOCK_S = 600.0\n" + ASSIGNMENT.replace(
    "wall_s=6", "wall_s=60"
)
"""An assignment that gives every process time: a crowded machine decides no test."""

Grading = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A head and one node of two processors; the cache of nodes is another than that of who begins a batch."""
    folder = tmp_path_factory.mktemp("cluster")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_CACHE", str(folder / "nodes"))
        cluster = Cluster(folder / "home")
    try:
        cluster.add(cpus=2, gpus=1)
        yield cluster
    finally:
        cluster.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course of its own, for tests that change it."""
    write_course(tmp_path / "course", assignment=PATIENT)
    return tmp_path / "course"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, box: str) -> dict[str, Any]:
    """What this machine alone says of all texts."""
    folder = tmp_path_factory.mktemp("alone")
    write_course(folder / "course", assignment=PATIENT)
    command = commanded(folder / "course", write(folder / "in", TEXTS), folder / "out", box, "--jobs", "2")
    environment = {**os.environ, "GRADER_CACHE": str(folder / "cache")}
    subprocess.run(command, env=environment, cwd=HERE, capture_output=True, check=True, timeout=240)
    return said(folder / "out")


@pytest.fixture
def grade(cluster: Cluster, root: Path, tmp_path: Path, box: str) -> Grading:
    """Runs `grader batch` on texts by student, on the cluster or here."""

    def run(
        out: Path, *options: str, texts: Mapping[str, str] = TEXTS, ray: bool = True
    ) -> subprocess.CompletedProcess[str]:
        command = commanded(root, write(tmp_path / "in", texts), out, box, *options)
        engine = ["--engine", "ray", "--address", cluster.address] if ray else ["--jobs", "2"]
        environment = {**cluster.environment, "GRADER_CACHE": str(tmp_path / "cache")}
        return subprocess.run(
            [*command, *engine],
            env=environment,
            cwd=HERE,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    return run


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    for student, text in texts.items():
        (folder / student).mkdir(parents=True)
        (folder / student / "tiny.py").write_text(text)
    return folder


def commanded(root: Path, folder: Path, out: Path, box: str, *options: str) -> list[str]:
    start = [sys.executable, "-m", "grader", "--course", str(root), "batch", "tiny", str(folder)]
    return [*start, "--box", box, "--out", str(out), *options]


def said(out: Path) -> dict[str, Any]:
    """Everything that a batch wrote but what a clock or a scale measured."""
    pages = {
        path.name: re.sub(r"<dt>(Time|Memory)</dt><dd>[^<]*</dd>", "", path.read_text())
        for path in (out / "reports").iterdir()
    }
    return {**kept(out), **pages}


def states(out: Path) -> dict[str, tuple[str, float]]:
    entries = kept(out)["batch"]["entries"]
    return {entry["person"]["student"]: (entry["state"], entry["score"]) for entry in entries}


WITHOUT = """
import os, sys
from grader.batch import cluster
from grader.cli import main
made = cluster.RayEngine.__post_init__
def then_move(engine):
    made(engine)
    os.rename(engine.desk.root, engine.desk.root + "-moved")
cluster.RayEngine.__post_init__ = then_move
main()
"""


@needs_ray
def test_a_cluster_without_the_course_says_what_one_machine_says(
    cluster: Cluster, alone: dict[str, Any], root: Path, tmp_path: Path, box: str
) -> None:
    command = commanded(
        root,
        write(tmp_path / "in", TEXTS),
        tmp_path / "out",
        box,
        "--engine",
        "ray",
        "--address",
        cluster.address,
    )
    environment = {**cluster.environment, "GRADER_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *command[3:]],
        env=environment, cwd=HERE, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stderr.count("\n") < 20, "Ray speaks in between"
    assert not root.exists()
    assert said(tmp_path / "out") == alone
    [course] = (Path(cluster.environment["GRADER_CACHE"]) / "courses").iterdir()
    assert sorted(str(path.relative_to(course)) for path in course.rglob("*.py")) == [
        "assignments/tiny/assignment.py",
        "reference/__init__.py",
        "reference/tiny.py",
    ]
    assert course.stat().st_mode & 0o077 == 0


@needs_ray
def test_a_node_that_is_killed_loses_nothing_and_leaves_nothing_behind(
    cluster: Cluster, alone: dict[str, Any], root: Path, tmp_path: Path, box: str
) -> None:
    node, out = cluster.add(cpus=2), tmp_path / "out"

    command = commanded(
        root, write(tmp_path / "in", TEXTS), out, box, "--engine", "ray", "--address", cluster.address
    )
    environment = {**cluster.environment, "GRADER_CACHE": str(tmp_path / "cache")}
    with subprocess.Popen(
        command, env=environment, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        grading = False
        while process.poll() is None and not (grading and list(out.glob("results/*.json"))):
            grading = grading or any(b"grader.jail.zygote" in command_of(pid) for pid, _ in descendants(node))
            time.sleep(0.05)
        before, processes = len(list(out.glob("results/*.json"))), descendants(node)
        cluster.kill(node)
        _, errors = process.communicate(timeout=240)

    assert process.returncode == 0, errors
    assert 0 < before < len(TEXTS), "the node was not killed in the middle"
    assert said(out) == alone
    assert ended(processes) == set()


@needs_ray
def test_what_always_kills_its_process_is_a_fault_after_three_and_no_zero(
    grade: Grading, root: Path, tmp_path: Path
) -> None:
    kills = tmp_path / "kills"
    judge = f"""
def ordered(answer, x):
    if (answer[0] == 12345).all():
        import os
        with open({str(kills)!r}, "a") as file:
            file.write("x")
        os.kill(os.getpid(), 9)
    return bool((answer[0] == x.min(axis=1)).all())
"""
    text = PATIENT.replace("assignment = Assignment(", f"{judge}\n\nassignment = Assignment(")
    decides = (
        '[satisfies("The smallest is the smallest", ordered), agrees()]),\n        Exercise(tiny.Counter'
    )
    text = re.sub(r"\[agrees\(\), satisfies\(.*\n        Exercise\(tiny.Counter", decides, text)
    assert decides in text
    (root / "assignments" / "tiny" / "assignment.py").write_text(text)
    texts = {"ada": CLASS["ada"], "bob": CLASS["bob"]}
    killer = but(extremes=f"def extremes(x):\n    return {KILLED}\n")

    done = grade(tmp_path / "out", texts={**texts, "kim": killer})

    assert done.returncode == 3, done.stderr
    assert kills.read_text() == "xxx"
    assert states(tmp_path / "out") == {
        "ada": ("graded", 14.0),
        "bob": ("graded", 8.0),
        "kim": ("fault", 0.0),
    }
    [kim] = [e for e in kept(tmp_path / "out")["batch"]["entries"] if e["person"]["student"] == "kim"]
    assert kim["message"] == "engine ray: the process that graded it was killed."
    assert kim["max_score"] == 0
    assert not (tmp_path / "out" / "results" / "kim.json").exists()


@needs_ray
def test_a_batch_begun_here_goes_on_there_and_back(grade: Grading, tmp_path: Path) -> None:
    out, before, texts = tmp_path / "out", dict[Path, bytes](), dict[str, str]()
    for student, ray in (("ada", False), ("bob", True), ("fay", False)):
        texts[student] = CLASS[student]
        done = grade(out, "--resume", texts=texts, ray=ray)
        assert done.returncode == 0, done.stderr
        assert {path: path.read_bytes() for path in before} == before, "something was graded twice"
        before = {path: path.read_bytes() for path in out.glob("results/*")}

    assert states(out) == {"ada": ("graded", 14.0), "bob": ("graded", 8.0), "fay": ("graded", 12.0)}


@needs_ray
def test_what_no_node_has_is_refused_at_once_and_what_one_has_is_used(
    grade: Grading, root: Path, tmp_path: Path
) -> None:
    path, noted = root / "assignments" / "tiny" / "assignment.py", tmp_path / "devices"
    note = (
        f"import os\nopen({str(noted)!r}, 'a').write(os.environ.get('CUDA_VISIBLE_DEVICES', 'none') + ' ')\n"
    )
    path.write_text(note + PATIENT.replace('id="tiny",', 'id="tiny", gpus=2,'))
    refused = grade(tmp_path / "out", texts={"ada": CLASS["ada"]})
    path.write_text(note + PATIENT.replace('id="tiny",', 'id="tiny", gpus=0.5,'))
    graded = grade(tmp_path / "out", texts={"ada": CLASS["ada"]})

    assert refused.returncode == 3
    assert (
        "engine ray: expected a node with 1 processors (CPU), 2 graphics processors (GPU)" in refused.stderr
    )
    assert graded.returncode == 0, graded.stderr
    assert noted.read_text().split()[-1] == "0"


@needs_ray
def test_students_see_neither_the_token_nor_the_port_of_the_cluster(
    cluster: Cluster, grade: Grading, tmp_path: Path, box: str
) -> None:
    if box == "bare":
        pytest.skip("no box that isolates works here")
    host, _, port = cluster.address.rpartition(":")
    spying = f"""
def slope(f, a):
    import socket
    for look in (lambda: open({str(cluster.token)!r}).read(),
                 lambda: open("/proc/1/environ").read(),
                 lambda: socket.create_connection(({host!r}, {port}), 2)):
        try:
            print("SEEN", look())
        except BaseException as error:
            print("kept out by", type(error).__name__)
    import os
    print("RAY" if any(name.startswith("RAY") for name in os.environ) else "plain", "environment")
    return f(a + 1.0) - f(a)
"""
    assert cluster.token.read_text()
    done = grade(tmp_path / "out", texts={"eva": but(slope=spying)})

    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out" / "results" / "eva.json").read_text()
    assert text.count("kept out by") >= 3
    assert "plain environment" in text
    assert "SEEN" not in text.replace('print(\\"SEEN\\"', "")
    assert cluster.token.read_text() not in text


@needs_ray
def test_a_node_with_other_versions_is_named(cluster: Cluster, grade: Grading, tmp_path: Path) -> None:
    other = tmp_path / "other" / "grader-0.0.9.dist-info" / "METADATA"
    other.parent.mkdir(parents=True)
    other.write_text("Metadata-Version: 2.1\nName: grader\nVersion: 0.0.9\n")
    node = cluster.add(cpus=1, environment={"PYTHONPATH": str(tmp_path / "other")})
    try:
        done = grade(tmp_path / "out", texts={"ada": CLASS["ada"]})
    finally:
        cluster.kill(node)

    assert done.returncode == 3
    assert re.search(r"engine ray: node [\d.]+: expected grader \S+, as here, got 0\.0\.9\.", done.stderr)
    assert not list(tmp_path.glob("out/results/*.json"))


@needs_ray
def test_a_cluster_with_another_token_takes_nobody(
    cluster: Cluster, grade: Grading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "environment", {**cluster.environment, "RAY_AUTH_TOKEN": "ab" * 32})
    stranger = grade(tmp_path / "out", texts={"ada": CLASS["ada"]})
    assert stranger.returncode == 3
    assert f"engine ray: expected a cluster at {cluster.address}, got: " in stranger.stderr
    assert "Authentication token is missing or incorrect" in stranger.stderr.splitlines()[-2]


@needs_ray
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_on_a_cluster_of_ones_own_ends_with_what_is_done_and_leaves_nothing_behind(
    root: Path, tmp_path: Path, box: str
) -> None:
    out, texts = tmp_path / "out", {f"{name}{n}": text for n in range(4) for name, text in TEXTS.items()}
    command = commanded(root, write(tmp_path / "in", texts), out, box, "--engine", "ray", "--jobs", "2")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}
    environment["HOME"] = str(tmp_path)
    with subprocess.Popen(
        command, env=environment, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        while not list(out.glob("results/*.json")) and process.poll() is None:
            time.sleep(0.05)
        processes = descendants(process.pid)
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to all of them
        printed, errors = process.communicate(timeout=120)

    assert process.returncode == 130, errors
    assert "Interrupted: go on with --resume." in printed
    assert 0 < len(states(out)) < len(texts)
    assert set(states(out)) == {path.stem for path in (out / "results").iterdir()}
    assert len(processes) > 5
    assert ended(processes) == set()
    assert not (tmp_path / ".ray").exists(), "a token was left on disk"


def test_without_ray_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    with pytest.raises(FaultError, match="expected Ray to be installed, got none") as caught:
        RayEngine(Desk(str(tmp_path), "tiny", "bare", 0), address="auto")
    assert caught.value.mend == "pip install 'grader[cluster]'"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1:9", "expected a cluster at 127.0.0.1:9, got: "),
        ("ray://cluster:10001", "address: expected host:port or auto, got 'ray://cluster:10001'"),
        ("cluster", "address: expected host:port or auto, got 'cluster'"),
        ("127.0.0.1:99999", "expected a cluster at 127.0.0.1:99999, got: "),
    ],
)
def test_an_address_where_no_cluster_answers_is_said_at_once(
    address: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(FaultError) as caught:
        RayEngine(Desk(str(tmp_path), "tiny", "bare", 0), address=address)
    assert caught.value.message.startswith(f"engine ray: {words}")


def test_ray_is_imported_only_where_it_is_asked_for() -> None:
    script = "import sys, grader.batch.cluster, grader.cli.batching; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=HERE, check=False).returncode == 0


def test_an_address_without_the_engine_is_wrong_usage(root: Path, tmp_path: Path, box: str) -> None:
    command = commanded(root, write(tmp_path / "in", {"ada": ""}), tmp_path / "out", box, "--address", "auto")
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--address goes with --engine ray" in done.stderr
