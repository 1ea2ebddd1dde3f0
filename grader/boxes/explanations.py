"""Why a kind of box does not work on a machine, and how to mend it, in words for an instructor.

A box that fails says at which step and with which answer of the kernel. What that means depends on the machine,
so that the facts about it are given beside. Nothing is tried here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.boxes.facts import Facts

__all__ = ["Explanation", "explain"]

_EPERM, _EACCES, _EINVAL, _ENOSPC, _ENOSYS = 1, 13, 22, 28, 38
_MACHINES = ("x86_64", "aarch64")
_NEW_USER_NAMESPACE = "unshare 0x10000000"
_LANDLOCK_SINCE = (5, 13)
_KEEP = "(and in a file of /etc/sysctl.d, to keep it)"
_OUTSIDE = "run the grader outside of the container with --box docker"


class Explanation(NamedTuple):
    """Words on one kind of box."""

    reason: str
    """Without a full stop, so that it can stand in brackets."""
    remedy: str
    """Sentences, on one line or more; empty where we know of nothing."""


def explain(kind: str, error: str, facts: Facts) -> Explanation:
    """Say what an error of a box means on such a machine.

    Args:
        kind: Kind of box.
        error: What it said when it was opened or tried.
        facts: About the machine.
    Returns:
        The reason and the remedy; the error itself is the reason where it tells us nothing.
    """
    if "cannot start Python" in error:
        why = _last(error.partition("\n")[0])
        return Explanation(f"Python cannot be started: {why}", "Install the grader into a Python that works.")
    if missing := re.search(r"No module named '(\w+)", error):
        return _library(kind, missing[1])
    if kind == "docker":
        return _docker(error, facts) or _unknown(error)
    if kind in ("jail", "confined"):
        # In this order: the first is about all that follow.
        for rule in (_system, _machine, _landlock, _seccomp, _spent, _root, _proc, _namespaces, _answers):
            if found := rule(error, facts):
                return found
    return _unknown(error)


def _library(kind: str, name: str) -> Explanation:
    reason = f"{name} cannot be imported in the box"
    if kind == "docker":
        return Explanation(reason, f"Build the image with it: --library {name}; see docker/README.md.")
    if kind == "bare":
        return Explanation(
            reason, f"Install {name} where the grader is installed: PYTHONPATH does not reach a box."
        )
    return Explanation(
        reason,
        f"Install {name} where the grader is installed, as files: links that lead elsewhere lead nowhere in a box "
        "(uv: --link-mode=copy).",
    )


def _system(error: str, facts: Facts) -> Explanation | None:
    if facts.system.startswith("linux"):
        if facts.kernel.endswith("-Microsoft"):  # the second version writes itself small
            return Explanation("WSL 1 has no Linux kernel", "In Windows: wsl --set-version <distribution> 2.")
        return None
    if facts.system == "win32":
        return Explanation(
            "it needs Linux, and this is Windows", "Install the grader in WSL 2, or use --box docker."
        )
    name = "macOS" if facts.system == "darwin" else facts.system
    return Explanation(
        f"it needs Linux, and this is {name}", "Use --box docker, or grade on a machine with Linux."
    )


def _machine(error: str, facts: Facts) -> Explanation | None:
    if facts.machine in _MACHINES:
        return None
    return Explanation(
        f"the system calls of this machine are not known to us: {facts.machine or 'unknown'}",
        f"Grade on one of {' or '.join(_MACHINES)}, with a Python of 64 bits.",
    )


def _landlock(error: str, facts: Facts) -> Explanation | None:
    if "Landlock" not in error or facts.landlock:
        return None
    if (0, 0) < facts.release < _LANDLOCK_SINCE:
        reason = f"Landlock, by which a box gives up files, needs Linux 5.13, and this is {facts.kernel}"
        return Explanation(reason, "Update the kernel.")
    if facts.modules and "landlock" not in facts.modules:
        listed = ",".join(("landlock", *facts.modules))
        return Explanation(
            "Landlock, by which a box gives up files, is switched off in this kernel",
            f"Add lsm={listed} to the kernel's command line, and start the machine anew.",
        )
    if facts.container or facts.filtered:
        return Explanation(
            "Landlock, by which a box gives up files, is kept from this container",
            f"Update the container engine, or {_OUTSIDE}.",
        )
    return Explanation(
        "this kernel has no Landlock, by which a box gives up files",
        "Use a kernel built with CONFIG_SECURITY_LANDLOCK, with landlock in the list lsm= of its command line.",
    )


def _seccomp(error: str, facts: Facts) -> Explanation | None:
    refused = _step(error) == "seccomp" and _number(error) in (_EINVAL, _ENOSYS)
    if facts.seccomp and not refused:
        return None
    return Explanation(
        "this kernel has no seccomp filters, by which a box gives up system calls",
        "Use a kernel built with CONFIG_SECCOMP_FILTER; on gVisor and the like, use --box docker from outside.",
    )


def _spent(error: str, facts: Facts) -> Explanation | None:
    """ENOSPC of unshare: a number of namespaces is limited, most often to none."""
    if _number(error) != _ENOSPC:
        return None
    off = [name for name, value in facts.sysctls.items() if name.startswith("user.max_") and value == 0]
    if not off:
        return Explanation(
            "no more namespaces are granted",
            "See 'sysctl user' for the numbers granted (user.max_user_namespaces, …), and raise them.",
        )
    kinds = "user namespaces" if off == ["user.max_user_namespaces"] else "namespaces"
    return Explanation(
        f"{kinds} are switched off: {', '.join(off)} is 0",
        f"As root: sysctl -w {' '.join(f'{name}=15000' for name in off)} {_KEEP}.",
    )


def _root(error: str, facts: Facts) -> Explanation | None:
    """A step without a name: becoming the user of jobs, or saying who is who in a namespace."""
    if facts.user != 0 or facts.all_users or _number(error) not in (_EPERM, _EINVAL) or _step(error):
        return None
    return Explanation(
        "the grader is root in a user namespace only, such as a rootless container, and cannot change its user",
        "Run it as an ordinary user in there (--user 1000), or outside.",
    )


def _proc(error: str, facts: Facts) -> Explanation | None:
    if _number(error) != _EPERM or not _step(error).startswith("mount proc"):
        return None
    covers = f" by {', '.join(facts.covered[:3])}" if facts.covered else ""
    return Explanation(
        f"parts of /proc are covered{covers}, so that a box cannot have one of its own",
        "Start the container with --security-opt systempaths=unconfined (podman: --security-opt unmask=ALL)."
        if facts.container or facts.covered
        else "",
    )


def _namespaces(error: str, facts: Facts) -> Explanation | None:
    number, step = _number(error), _step(error)
    if step == _NEW_USER_NAMESPACE and number in (_EINVAL, _ENOSYS):
        return Explanation(
            "this kernel has no user namespaces", "Use a kernel built with CONFIG_USER_NS, or --box confined."
        )
    if number not in (_EPERM, _EACCES):
        return None
    if facts.sysctls.get("kernel.unprivileged_userns_clone") == 0 and step.startswith("unshare"):
        return Explanation(
            "user namespaces are switched off: kernel.unprivileged_userns_clone is 0",
            f"As root: sysctl -w kernel.unprivileged_userns_clone=1 {_KEEP}.",
        )
    # Before AppArmor: a container has the host's setting, and its engine forbids by itself.
    if facts.container or facts.filtered:
        where = "this container" if facts.container else "a filter of system calls that was put on the grader"
        return Explanation(
            f"{where} forbids namespaces",
            f"Use --box confined, or {_OUTSIDE}.\n"
            "Or run it as an ordinary user in a container that was started with "
            "--security-opt seccomp=unconfined --security-opt systempaths=unconfined\n"
            "(where the host has AppArmor, also with --security-opt apparmor=unconfined).",
        )
    if facts.sysctls.get("kernel.apparmor_restrict_unprivileged_userns"):
        return Explanation(
            "AppArmor takes all rights from user namespaces here, as it does from Ubuntu 23.10 on",
            f"As root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 {_KEEP}; "
            "or allow this Python alone: see docs/boxes.md.",
        )
    if step:
        return Explanation(
            f"the system forbids namespaces at this step: {step}",
            "A security module or a chroot may be the cause: look into the kernel's log. Or use --box confined.",
        )
    return None


def _answers(error: str, facts: Facts) -> Explanation | None:
    if "did not answer within" in error:
        return Explanation("the machine is too busy: the box did not answer in time", "Try again later.")
    if error.partition("\n")[0].endswith("could not be used: it ended."):
        return Explanation(
            "its process was killed from outside", "Look into the kernel's log: memory may have run out."
        )
    return None


def _docker(error: str, facts: Facts) -> Explanation | None:
    low, (_, mend) = error.lower(), _unknown(error)
    if "package 'docker'" in low:
        return Explanation("the Python package docker is not installed", "pip install 'grader[docker]'")
    if "permission denied" in low:
        return Explanation(
            "your user may not talk to the Docker engine",
            "As root: usermod -aG docker <user>, then log in again. Whoever may do so is as good as root.",
        )
    if "landlock" in low:
        return Explanation(
            "the kernel under the Docker engine has no Landlock, by which a box gives up files",
            "Update Docker, or use an engine on a machine with Linux 5.13 or newer.",
        )
    if "expected an image" in low:
        return Explanation("the image of the box is not there", mend)
    if "to hold the worker" in low:
        return Explanation("the image of the box is of another version of the grader", mend)
    if "engine for linux containers" in low:
        return Explanation(
            "the Docker engine runs Windows containers", "Switch Docker Desktop to Linux containers."
        )
    if "no engine answers" in low or "engine does not answer" in low:
        desktop = facts.system in ("darwin", "win32")
        start = "Start Docker Desktop" if desktop else "Install Docker and start it (systemctl start docker)"
        return Explanation(
            "no Docker engine answers", f"{start}; one in another place is named by DOCKER_HOST."
        )
    return None


def _unknown(error: str) -> Explanation:
    """What was said, parted into its sentence and how to mend it."""
    said, _, mend = error.partition("\n")
    said = re.sub(r"^(\w+: )?the preloaded process could not be used: (\w+: )?", "", said)
    said = re.sub(r"^(box )?(jail|confined|docker|bare): ", "", said)
    return Explanation(said.rstrip("."), "" if mend == "Run 'grader doctor'." else mend)


def _last(sentence: str) -> str:
    return sentence.rstrip(".").rpartition(": ")[2]


def _number(error: str) -> int:
    """The error number of the kernel; 0 if none is named."""
    found = re.search(r"\[Errno (\d+)\]", error)
    return int(found[1]) if found else 0


def _step(error: str) -> str:
    """What was being done when the kernel refused, such as `mount proc on /proc`; empty if nobody said."""
    found = re.search(r"\[Errno \d+\] ([^:]+): ", error)
    return found[1] if found else ""
