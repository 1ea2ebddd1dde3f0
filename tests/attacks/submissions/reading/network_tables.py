"""Reads the kernel's tables of connections, neighbours and sockets, which need no network to be read.

Aims at: a network of its own (jail, docker), a closed /proc/self/net (confined).
Must not: see a listener of this machine.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    found = []
    port, names = f":{lure['tcp_port']:04X} ", (lure["marker"], os.path.basename(os.path.dirname(lure["unix_path"])))
    for name in ("tcp", "udp", "unix", "arp", "dev", "fib_trie"):
        for place in ("/proc/net", "/proc/self/net", f"/proc/self/task/{os.getpid()}/net", "/proc/thread-self/net"):
            try:
                with open(f"{place}/{name}") as file:
                    text = file.read(1 << 20)
            except OSError:
                continue
            if port in text or any(known in text for known in names):
                found.append(f"sees a listener in {place}/{name}")
            if name == "arp" and text.count("\n") > 1:
                found.append(f"sees the neighbours in {place}/{name}")
    return found
