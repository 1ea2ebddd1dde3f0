"""The docker box: how its containers are started, and what only a real engine can show.

That it behaves as every box does is told by the tests beside this one, in which it is one more row.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.boxes import Limits, engines
from grader.boxes.containers import options
from grader.boxes.docker import DockerBox, why_not
from grader.boxes.sessions import Session
from grader.errors import FaultError
from grader.jail import seccomp
from grader.protocol import Callback, Ending, Outcome
from tests.boxes.conftest import call, error_of, value_of
from tests.docker import engine

ROOT = Path(__file__).parents[2]
PLACE = "another machine"


def test_every_right_that_a_worker_can_do_without_is_taken_away() -> None:
    limits = Limits(memory_mib=512, disk_mib=32, inodes=100, processes=3, threads=7, file_mib=5)

    asked = options("image", ["numpy"], limits, labels={"a": "b"})
    host = asked["HostConfig"]

    assert (host["NetworkMode"], asked["NetworkDisabled"], host["IpcMode"]) == ("none", True, "none")
    assert (host["CapDrop"], host["ReadonlyRootfs"], host["Init"]) == (["ALL"], True, False)
    assert (host["AutoRemove"], host["LogConfig"]) == (True, {"Type": "none"})
    assert "no-new-privileges" in host["SecurityOpt"]
    assert f"seccomp={json.dumps(seccomp.docker_profile(processes=True))}" in host["SecurityOpt"]
    assert host["Memory"] == host["MemorySwap"] == (48 + 512 + 32) * 2**20
    assert (host["PidsLimit"], host["NanoCpus"]) == (2 + 3 + 7, 1_000_000_000)
    assert {limit["Name"]: limit["Hard"] for limit in host["Ulimits"]} == {
        "core": 0, "nofile": 256, "nproc": 4096, "fsize": 5 * 2**20
    }  # fmt: skip
    user = asked["User"].partition(":")[0]
    assert asked["User"] == f"{user}:{user}"
    assert int(user) >= 20_000
    assert host["Tmpfs"]["/box"].endswith(f"size=32m,nr_inodes=102,mode=700,uid={user},gid={user}")
    assert {"noexec", "nosuid", "nodev"} <= set(host["Tmpfs"]["/box"].split(","))
    assert not {"Binds", "Mounts", "Privileged", "Devices", "VolumesFrom", "PortBindings"} & host.keys()
    assert asked["Labels"] == {"a": "b"}


def test_the_memory_of_a_container_has_room_for_libraries_and_for_files() -> None:
    """It is a second limit, beyond that of the worker itself."""
    small = Limits(memory_mib=32, disk_mib=600)

    assert options("i", [], small, labels={})["HostConfig"]["Memory"] == (600 + 32) * 2**20
    assert options("i", ["torch"], small, labels={})["HostConfig"]["Memory"] == (768 + 32 + 32) * 2**20


def test_graphics_processors_are_handed_on_only_where_they_are_asked_for() -> None:
    without = options("image", [], Limits(), labels={})["HostConfig"]
    with_them = options("image", [], Limits(), labels={}, gpus=True)["HostConfig"]

    assert "DeviceRequests" not in without
    assert with_them.pop("DeviceRequests") == [{"Driver": "", "Count": -1, "Capabilities": [["gpu"]]}]
    for asked in (without, with_them):
        asked.pop("Tmpfs")  # it names a user, which is drawn
    assert with_them == without


def test_podman_is_asked_for_nothing_that_it_refuses_and_loses_no_other_limit() -> None:
    docker = options("image", [], Limits(), labels={})["HostConfig"]
    podman = options("image", [], Limits(), labels={}, podman=True)["HostConfig"]

    assert podman.pop("Tmpfs") == {"/box": "rw,noexec,nosuid,nodev,size=64m,mode=1777"}
    assert podman.pop("SecurityOpt") == ["no-new-privileges"]
    assert podman == {name: value for name, value in docker.items() if name not in ("Tmpfs", "SecurityOpt")}


def test_two_containers_have_two_users() -> None:
    users = {options("image", [], Limits(), labels={})["User"] for _ in range(8)}

    assert len(users) > 1


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/socket")
    monkeypatch.setattr(engines, "_mine", engines._Mine())


@pytest.mark.usefixtures("no_engine")
def test_an_engine_that_does_not_answer_is_a_fault_that_says_how_to_get_one() -> None:
    pytest.importorskip("docker", reason="needs the package 'docker'")

    with pytest.raises(
        FaultError, match=r"^docker: no engine answers: /.*/socket: No such file or dir"
    ) as caught:
        DockerBox([], Limits())

    assert caught.value.mend.startswith("Install Docker (Debian: apt-get install docker.io) or Podman")
    assert why_not() == str(caught.value).replace("\n", " ")


@pytest.mark.usefixtures("no_engine")
def test_a_missing_package_is_a_fault_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", absent)

    assert why_not() == (
        "docker: expected the package 'docker' to be installed, found none. pip install 'grader[docker]'"
    )


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the test's engine; docker boxes use that engine too."""
    monkeypatch.setattr(engines, "_mine", engines._Mine())
    engine.use(monkeypatch)
    yield engines.connect()
    engines.connect().close()


QUICK = Limits(cpu_s=2, wall_s=8, memory_mib=128)


def ask(body: str, limits: Limits = QUICK, before: str = "") -> Outcome:
    """What `f` of this body answers in a docker box."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = f"import os\n{before}\ndef f():\n{lines}"
    session = Session(lambda: DockerBox([], limits), "s.py", source, allow=[], limits=limits)
    try:
        return session.run([call("f")])[0]
    finally:
        session.close()


def listed(client: Any, **labels: str) -> list[str]:
    named = [f"{name}={value}" for name, value in labels.items()]
    return [item["Id"] for item in client.containers(all=True, filters={"label": named})]


def comes_true(condition: Callable[[], bool]) -> bool:
    """An engine works on after it has answered; gives it half a minute."""
    for _ in range(300):
        if condition():
            return True
        time.sleep(0.1)
    return False


@engine.needs_engine
def test_an_image_of_this_machine_holds_no_course_and_no_more_of_the_grader_than_the_worker(
    client: Any,
) -> None:
    import io
    import tarfile

    container = client.create_container(engine.IMAGE, command=[])["Id"]
    try:
        stream = io.BytesIO(b"".join(client.export(container)))
    finally:
        client.remove_container(container)
    with tarfile.open(fileobj=stream) as tar:
        names = [f"/{item.name}" for item in tar if item.isfile()]

    ours = sorted(name for name in names if "grader" in name)
    folders = {name.removeprefix("/opt/grader/grader/").rpartition("/")[0] for name in ours}
    assert folders == {"", "protocol", "worker", "jail"}
    python = [name for name in names if "/python3" in name or name.startswith("/opt/packages/")]
    others = set(names) - set(python) - set(ours)
    assert not [name for name in others if name.endswith((".py", ".pyc", ".json", ".toml"))]
    for word in ("/assignments/", "/reference/", "/submissions/", "curriculum"):
        assert not [name for name in names if word in name]


SEARCH = """
def tried(call, *arguments):
    try:
        return call(*arguments)
    except OSError as error:
        return type(error).__name__
"""


@engine.needs_engine
@pytest.mark.usefixtures("client")
def test_the_first_process_cannot_be_looked_into_or_ended() -> None:
    body = (
        "import resource, signal\n"
        "return [tried(open, f'/proc/1/{name}') for name in ('mem', 'environ', 'fd/0', 'fd/1', 'maps')], \\\n"
        "    [tried(os.kill, pid, number) for pid in (1, -1) for number in (9, 2, 19)], \\\n"
        "    tried(resource.prlimit, 1, resource.RLIMIT_CPU, (1, 1))"
    )

    opened, killed, limited = value_of(ask(body, before=SEARCH))

    assert opened == ["PermissionError"] * 5
    assert killed == ["PermissionError"] * 6
    assert limited == "PermissionError"


@engine.needs_engine
@pytest.mark.usefixtures("client")
def test_there_is_no_network_and_nothing_to_write_to_but_the_box() -> None:
    body = (
        "import socket\n"
        "families = [getattr(socket, name) for name in dir(socket) if name.startswith('AF_')]\n"
        "folders = ('/', '/tmp', '/etc', '/opt/grader', '/dev', '/dev/shm', '/proc/self', '/box')\n"
        "return sorted({tried(socket.socket, family) for family in families}), \\\n"
        "    [tried(lambda: open(f'{folder}/x', 'w').close()) is None for folder in folders]"
    )

    sockets, written = value_of(ask(body, before=SEARCH))

    assert sockets == ["PermissionError"]
    assert written == [False] * 7 + [True]


@engine.needs_engine
@pytest.mark.usefixtures("client")
def test_files_are_limited_in_all() -> None:
    limits = Limits(disk_mib=4, file_mib=3, inodes=20)
    body = (
        "for name in 'abc':\n    with open(name, 'wb') as file:\n        file.write(bytes({size}))\n"
        "        file.flush()"
    )
    many = "for number in range(100):\n    open(str(number), 'w').close()"

    outcomes = [ask(body.format(size=2 << 20), limits)]
    if not engines.is_podman():  # it has no word for the number of files; they are limited by memory there
        outcomes.append(ask(many, limits))
    for outcome in outcomes:
        assert error_of(outcome).text.startswith("[Errno 28]")


@engine.needs_engine
@pytest.mark.usefixtures("client")
def test_printed_bytes_that_look_like_an_end_are_printed_bytes() -> None:
    body = "os.write(1, b'e' + (21).to_bytes(4, 'little') + bytes(21))\nreturn 7"

    assert value_of(ask(body)) == 7


PROCESSES = Limits(cpu_s=2, wall_s=20, memory_mib=64, processes=6, disk_mib=1)


@engine.needs_engine
@pytest.mark.usefixtures("client")
def test_processes_that_were_granted_share_the_limits_on_memory_and_time() -> None:
    ran = "import subprocess, sys\nreturn subprocess.check_output([sys.executable, '-c', 'print(7)'])"
    spin = "while os.fork() and os.fork(): break\nwhile True: pass"
    hoard = (
        "import time\nfor _ in range(5):\n    if os.fork() == 0:\n        x = b'x' * (60 << 20)\n"
        "        time.sleep(60)\ntime.sleep(60)"
    )

    assert value_of(ask(ran, PROCESSES)) == b"7\n"
    assert ask(spin, PROCESSES) == Ending("timeout", "2 s of CPU time")
    assert ask(hoard, PROCESSES) == Ending("memory", "more than 64 MiB")


@engine.needs_engine
def test_nothing_is_left_of_boxes_that_were_closed(client: Any) -> None:
    owner = {"grader.owner": str(os.getpid())}
    for body in ("return 1", "os._exit(0)", "while True: pass", "os.closerange(0, 64)\nwhile True: pass"):
        ask(body, Limits(cpu_s=1, wall_s=2))

    assert comes_true(lambda: not listed(client, **owner))


ABANDONED = """
import sys
from grader.boxes import Limits, Session
from grader.boxes.docker import DockerBox
from grader.protocol import Ref, Script, Step
def start():
    box = DockerBox([], Limits(cpu_s=600, wall_s=600, output_mib=100_000))
    print(box.container, flush=True)
    return box
session = Session(start, "s.py", sys.argv[1], allow=[], limits=Limits(cpu_s=600, wall_s=600, output_mib=100_000))
session.load()
print("loaded", flush=True)
session.run([Script((Step("call", "f", ()),), Ref(0))])
"""


@engine.needs_engine
@pytest.mark.parametrize(
    "body",
    ["import time\n    while True: time.sleep(60)", "while True: pass", "while True: print('x' * 10_000)"],
    ids=["asleep", "spinning", "flooding"],
)
def test_a_container_does_not_outlive_a_grader_that_was_killed(client: Any, body: str) -> None:
    source = f"def f():\n    {body}\n"
    arguments = [sys.executable, "-c", ABANDONED, source]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=ROOT, text=True) as grader:
        assert grader.stdout is not None
        container = grader.stdout.readline().strip()
        assert grader.stdout.readline() == "loaded\n"
        assert client.inspect_container(container)["State"]["Running"]
        grader.send_signal(signal.SIGKILL)

    assert comes_true(lambda: container not in [item["Id"] for item in client.containers(all=True)])


@engine.needs_engine
def test_a_container_that_others_end_is_a_fault_of_ours_and_no_ending_of_the_students(client: Any) -> None:
    limits = Limits(wall_s=60)
    started: list[DockerBox] = []

    def start() -> DockerBox:
        started.append(DockerBox([], limits))
        return started[-1]

    def end(args: object, kwargs: object) -> None:
        client.kill(started[0].container)

    session = Session(
        start, "s.py", "def f(ask):\n    ask()\n    while True: ask()\n", allow=[], limits=limits
    )
    try:
        with pytest.raises(FaultError, match=r"^docker: the container was ended from outside\."):
            session.run([call("f", Callback(1, "ask"))], offered={1: end})
    finally:
        session.close()


@engine.needs_engine
def test_containers_of_dead_owners_are_swept_and_no_others(client: Any) -> None:
    mine = engines.labels()
    cases = {
        "dead": {**mine, "grader.owner": "4194304"},
        "another process of that number": {**mine, "grader.since": "1"},
        "alive": mine,
        "elsewhere": {**mine, "grader.owner": "4194304", "grader.place": PLACE},
    }
    made = {}
    for name, labels in cases.items():
        asked = options(engine.IMAGE, [], Limits(), labels=labels, podman=engines.is_podman())
        made[name] = client.create_container_from_config(asked)["Id"]
    try:
        engines.sweep()  # or another test process, at the same time
        kept = {"alive", "elsewhere"}
        assert comes_true(lambda: {name for name, id in made.items() if id in listed(client)} == kept)
    finally:
        for name in ("alive", "elsewhere"):
            client.remove_container(made[name], force=True)


@engine.needs_engine
def test_an_image_that_is_absent_or_of_another_worker_is_refused(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.boxes import docker as docker_module

    with pytest.raises(
        FaultError, match=r"^docker: expected an image 'grader-box:none', found none\.\nBuild it: "
    ):
        DockerBox([], Limits(), image="grader-box:none")
    monkeypatch.setattr(docker_module, "_checked", {})
    assert why_not() == ""
    monkeypatch.setattr(docker_module, "_checked", {})
    monkeypatch.setattr(docker_module, "fingerprint", lambda: "0123456789ab")

    assert why_not().startswith("docker: expected 'grader-box:test' to hold the worker 0123456789ab, got ")
    assert comes_true(lambda: not listed(client, **{"grader.owner": str(os.getpid())}))


@engine.needs_engine
def test_a_container_that_cannot_be_started_is_a_fault_and_is_removed(client: Any) -> None:
    asked = options(engine.IMAGE, [], Limits(), labels=engines.labels(), podman=engines.is_podman())

    with pytest.raises(
        FaultError, match=r"^docker: cannot start a container of 'grader-box:test': .*no-program"
    ):
        engines.launch({**asked, "Entrypoint": ["/no-program"]})

    assert comes_true(lambda: not listed(client, **{"grader.owner": str(os.getpid())}))


@engine.needs_engine
@pytest.mark.usefixtures("client")
def test_a_box_that_was_never_used_can_be_closed_at_once() -> None:
    box = DockerBox(["numpy"], Limits())

    used = box.close()

    assert used.cpu_s is not None
    assert box.close() == used
