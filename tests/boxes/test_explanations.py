"""Why a box does not work, in words, on machines that were made up; the errors are what boxes really say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.boxes.explanations import explain
from grader.boxes.facts import Facts, gather

ROOT = Path(__file__).parents[2]
LINUX = Facts(kernel="6.8.0-45-generic", landlock=4, cgroups=(2,))
KINDS = ("jail", "confined", "docker", "bare")
UNUSABLE = "the preloaded process could not be used:"


def facts(**changes: object) -> Facts:
    return Facts(**{"kernel": LINUX.kernel, "landlock": LINUX.landlock, **changes})  # type: ignore[arg-type]


def jail(error: str) -> str:
    return f"jail: {UNUSABLE} {error}.\nRun 'grader doctor'."


def confined(error: str) -> str:
    return jail(error).replace("jail", "confined")


NO_USER_NAMESPACE = jail("PermissionError: [Errno 1] unshare 0x10000000: Operation not permitted")
NO_LANDLOCK = confined("OSError: [Errno 38] this kernel has no Landlock")
NO_ENGINE = "docker: no engine answers: Error while fetching server API version: ('Connection aborted.', {})."

CASES = {
    "namespaces are switched off": (
        jail("OSError: [Errno 28] unshare 0x10000000: No space left on device"),
        facts(sysctls={"user.max_user_namespaces": 0, "user.max_net_namespaces": 96365}),
        "user namespaces are switched off: user.max_user_namespaces is 0",
        "sysctl -w user.max_user_namespaces=15000 ",
    ),
    "another kind of namespace is switched off": (
        jail("OSError: [Errno 28] unshare 0x6e020000: No space left on device"),
        facts(sysctls={"user.max_user_namespaces": 96365, "user.max_net_namespaces": 0}),
        "namespaces are switched off: user.max_net_namespaces is 0",
        "sysctl -w user.max_net_namespaces=15000 ",
    ),
    "namespaces are used up": (
        jail("OSError: [Errno 28] unshare 0x10000000: No space left on device"),
        facts(sysctls={"user.max_user_namespaces": 10}),
        "no more namespaces are granted",
        "'sysctl user'",
    ),
    "Debian's old switch": (
        NO_USER_NAMESPACE,
        facts(sysctls={"kernel.unprivileged_userns_clone": 0}),
        "user namespaces are switched off: kernel.unprivileged_userns_clone is 0",
        "sysctl -w kernel.unprivileged_userns_clone=1 ",
    ),
    "AppArmor at the map of users": (
        jail("PermissionError: [Errno 1] Operation not permitted"),
        facts(sysctls={"kernel.apparmor_restrict_unprivileged_userns": 1}),
        "AppArmor takes all rights from user namespaces here, as it does from Ubuntu 23.10 on",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 ",
    ),
    "AppArmor at the first mount": (
        jail("PermissionError: [Errno 13] mount bind on /: Permission denied"),
        facts(sysctls={"kernel.apparmor_restrict_unprivileged_userns": 1}),
        "AppArmor takes all rights from user namespaces here, as it does from Ubuntu 23.10 on",
        "docs/boxes.md",
    ),
    "a container": (
        NO_USER_NAMESPACE,
        facts(container="docker", filtered=True, sysctls={"kernel.apparmor_restrict_unprivileged_userns": 1}),
        "this container forbids namespaces",
        "--security-opt seccomp=unconfined --security-opt systempaths=unconfined",
    ),
    "root in a container": (
        jail("PermissionError: [Errno 1] unshare 0x20000: Operation not permitted"),
        facts(container="docker", user=0),
        "this container forbids namespaces",
        "Use --box confined, or run the grader outside of the container with --box docker.",
    ),
    "a filter without a container": (
        NO_USER_NAMESPACE,
        facts(filtered=True),
        "a filter of system calls that was put on the grader forbids namespaces",
        "Use --box confined",
    ),
    "a container that covers /proc": (
        jail("PermissionError: [Errno 1] mount proc on /proc: Operation not permitted"),
        facts(container="docker", covered=("/proc/acpi", "/proc/kcore")),
        "parts of /proc are covered by /proc/acpi, /proc/kcore, so that a box cannot have one of its own",
        "--security-opt systempaths=unconfined ",
    ),
    "root of a rootless container": (
        jail("PermissionError: [Errno 1] Operation not permitted"),
        facts(container="podman", user=0, all_users=False),
        "the grader is root in a user namespace only, such as a rootless container, and cannot change its user",
        "as an ordinary user",
    ),
    "a kernel built without namespaces": (
        jail("OSError: [Errno 22] unshare 0x10000000: Invalid argument"),
        LINUX,
        "this kernel has no user namespaces",
        "--box confined",
    ),
    "something else that forbids": (
        jail("PermissionError: [Errno 1] pivot_root: Operation not permitted"),
        LINUX,
        "the system forbids namespaces at this step: pivot_root",
        "the kernel's log",
    ),
    "a kernel before Landlock": (
        NO_LANDLOCK,
        facts(kernel="5.10.0-28-amd64", landlock=0),
        "Landlock, by which a box gives up files, needs Linux 5.13, and this is 5.10.0-28-amd64",
        "Update the kernel.",
    ),
    "Landlock is not in the list": (
        NO_LANDLOCK,
        facts(landlock=0, modules=("lockdown", "capability", "yama", "apparmor")),
        "Landlock, by which a box gives up files, is switched off in this kernel",
        "lsm=landlock,lockdown,capability,yama,apparmor ",
    ),
    "Landlock is kept from a container": (
        NO_LANDLOCK,
        facts(landlock=0, container="docker"),
        "Landlock, by which a box gives up files, is kept from this container",
        "Update the container engine",
    ),
    "a kernel built without Landlock": (
        NO_LANDLOCK,
        facts(landlock=0),
        "this kernel has no Landlock, by which a box gives up files",
        "CONFIG_SECURITY_LANDLOCK",
    ),
    "no seccomp": (
        confined("OSError: [Errno 38] seccomp: Function not implemented"),
        LINUX,
        "this kernel has no seccomp filters, by which a box gives up system calls",
        "CONFIG_SECCOMP_FILTER",
    ),
    "another machine": (
        jail("OSError: pivot_root is known on x86_64, aarch64, not on riscv64"),
        facts(machine="riscv64"),
        "the system calls of this machine are not known to us: riscv64",
        "x86_64 or aarch64",
    ),
    "macOS": (
        "box jail: needs Linux, this is darwin.\nRun 'grader doctor'.",
        facts(system="darwin"),
        "it needs Linux, and this is macOS",
        "--box docker",
    ),
    "Windows": (
        "needs Linux, this is win32",
        facts(system="win32"),
        "it needs Linux, and this is Windows",
        "WSL 2, or use --box docker",
    ),
    "the first WSL": (
        jail("OSError: [Errno 22] unshare 0x10000000: Invalid argument"),
        facts(kernel="4.4.0-19041-Microsoft", landlock=0),
        "WSL 1 has no Linux kernel",
        "wsl --set-version",
    ),
    "a Python that is gone": (
        "jail: cannot start Python: [Errno 2] No such file or directory: '/nowhere/python'.\nRun 'grader doctor'.",
        LINUX,
        "Python cannot be started: '/nowhere/python'",
        "Install the grader",
    ),
    "a busy machine": (
        "jail: the preloaded process did not answer within 120 s.\nRun 'grader doctor'.",
        LINUX,
        "the machine is too busy: the box did not answer in time",
        "Try again later.",
    ),
    "killed": (jail("it ended"), LINUX, "its process was killed from outside", "the kernel's log"),
    "a library that is a link": (
        jail("ModuleNotFoundError: No module named 'numpy'"),
        LINUX,
        "numpy cannot be imported in the box",
        "Install numpy where the grader is installed, as files",
    ),
    "a library on PYTHONPATH": (
        "bare: the worker did not start: ModuleNotFoundError: No module named 'numpy'.\nRun 'grader doctor'.",
        LINUX,
        "numpy cannot be imported in the box",
        "PYTHONPATH",
    ),
    "a library that the image lacks": (
        "docker: the worker did not start: ModuleNotFoundError: No module named 'torch'.\nRun 'grader doctor'.",
        LINUX,
        "torch cannot be imported in the box",
        "--library torch",
    ),
    "no Docker on Linux": (
        NO_ENGINE.format("FileNotFoundError(2, 'No such file or directory')"),
        LINUX,
        "no Docker engine answers",
        "systemctl start docker",
    ),
    "no Docker on macOS": (
        NO_ENGINE.format("FileNotFoundError(2, 'No such file or directory')"),
        facts(system="darwin"),
        "no Docker engine answers",
        "Start Docker Desktop",
    ),
    "Docker's socket is not ours": (
        NO_ENGINE.format("PermissionError(13, 'Permission denied')"),
        LINUX,
        "your user may not talk to the Docker engine",
        "usermod -aG docker",
    ),
    "no package for Docker": (
        "docker: expected the package 'docker' to be installed, found none.\npip install 'grader[docker]'",
        LINUX,
        "the Python package docker is not installed",
        "pip install 'grader[docker]'",
    ),
    "no image": (
        "docker: expected an image 'grader-box:cpu', found none.\nBuild it: see docker/README.md.",
        LINUX,
        "the image of the box is not there",
        "Build it: see docker/README.md.",
    ),
    "an engine without Landlock": (
        "docker: the worker did not start: OSError: [Errno 38] this kernel has no Landlock.\nRun 'grader doctor'.",
        facts(system="darwin"),
        "the kernel under the Docker engine has no Landlock, by which a box gives up files",
        "Update Docker",
    ),
    "an old image": (
        "docker: expected 'grader-box:cpu' to hold the worker 1f2e, got no label.\nBuild it: see docker/README.md.",
        LINUX,
        "the image of the box is of another version of the grader",
        "Build it: see docker/README.md.",
    ),
    "Docker for Windows programs": (
        "docker: expected an engine for Linux containers, got one for windows. Switch it to Linux containers.",
        facts(system="win32"),
        "the Docker engine runs Windows containers",
        "Linux containers",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_reason_is_said_and_what_to_do_about_it(case: str) -> None:
    error, machine, reason, remedy = CASES[case]
    kind = error.partition(":")[0]

    found = explain(kind if kind in KINDS else "jail", error, machine)

    assert found.reason == reason
    assert remedy in found.remedy


@pytest.mark.parametrize("case", CASES)
def test_a_reason_can_stand_in_brackets_and_shows_no_error_number(case: str) -> None:
    error, machine, *_ = CASES[case]

    reason, remedy = explain("docker" if error.startswith("docker:") else "jail", error, machine)

    assert not reason.endswith(".")
    assert not re.search(r"[()]|Errno|Error:", reason)
    assert "'grader doctor'" not in remedy


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_foresaw_is_shown_as_it_was_said(kind: str) -> None:
    error = f"{kind}: {UNUSABLE} OSError: the moon is full.\nRun 'grader doctor'."

    assert explain(kind, error, LINUX) == ("the moon is full", "")
    assert explain(kind, f"{kind}: no luck.\nTry a coin.", LINUX) == ("no luck", "Try a coin.")


@pytest.mark.parametrize("case", CASES)
def test_what_is_in_words_already_stays(case: str) -> None:
    reason = CASES[case][2]

    assert explain("jail", reason, LINUX) == (reason, "")


def test_the_documents_that_are_named_exist() -> None:
    told = " ".join(explain(kind, *case[:2]).remedy for case in CASES.values() for kind in ("jail", "docker"))

    named = set(re.findall(r"[a-z]+/\w+\.md", told))
    assert "docs/boxes.md" in named
    assert all((ROOT / name).is_file() for name in named)


def test_the_facts_of_this_machine_can_be_gathered() -> None:
    found = gather()

    assert found.kernel
    assert found.machine
    assert found.system != "linux" or found.release > (2, 0)
