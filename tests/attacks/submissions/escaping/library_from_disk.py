"""Writes native libraries into its folder and loads them: copies of what it finds, under other names.

Aims at: that all rules are the kernel's (seccomp, namespaces) and hold for whatever code was loaded.
Must not: have more by native code than by Python.
Verdict: reply
Shown in: bare
"""

import ctypes
import importlib.machinery
import importlib.util
import os
import shutil
import sys

PLACES = [f"/{folder}/libc.so.6" for folder in ("lib/x86_64-linux-gnu", "lib/aarch64-linux-gnu", "lib64", "lib")]


def attack(lure):
    had = []
    for name, attempt in {"an extension": by_extension, "the C library": by_library}.items():
        try:
            attempt()
        except (OSError, ImportError, AttributeError, TypeError):
            continue
        had.append(f"had a socket by a copy of {name}")
    return had


def by_extension():
    import _socket as original

    copy = os.path.abspath("_socket.so")
    shutil.copyfile(original.__file__, copy)
    sys.modules.pop("_socket")
    loader = importlib.machinery.ExtensionFileLoader("_socket", copy)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("_socket", loader))
    loader.exec_module(module)
    module.socket(module.AF_INET, module.SOCK_STREAM).close()


def by_library():
    copy = os.path.abspath("c.so")
    shutil.copyfile(next(place for place in [*PLACES, ""] if not place or os.path.exists(place)), copy)
    descriptor = ctypes.CDLL(copy).socket(2, 1, 0)
    if descriptor < 0:
        raise OSError("refused")
    os.close(descriptor)
