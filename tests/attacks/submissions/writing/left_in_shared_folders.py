"""Leaves files where every program of the machine looks: /tmp, /var/tmp, /dev/shm, the folder above its own.

Aims at: folders of its own that go with the box (jail, docker), nowhere to write (confined).
Must not: leave a file on the machine once the box is closed.
Verdict: reply
Shown in: bare
"""

import os


def attack(lure):
    places = ["/tmp", "/var/tmp", "/dev/shm", "/run/lock", ".."]
    for place in places:
        try:
            with open(os.path.join(place, lure["marker"]), "w") as file:
                file.write("left here\n")
        except OSError:
            pass
    return []  # in a box they are its own; the harness looks for them outside
