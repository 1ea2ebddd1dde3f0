"""Answers with lists that are empty or long by turns, and with plain ones that a thread changes while they are read.

Aims at: comparing exact types out here, on plain data.
Must not: be read twice with two contents, or break the reader.
Verdict: reply, error, protocol
Shown in: naive zip
Graded: yes

Costs: fine, because the thread may still run when its own worker goes on.
"""
import threading


class Changing(list):
    reads = 0

    def __iter__(self):
        self.reads += 1
        return iter(()) if self.reads % 2 else iter([0.0] * 1000)

    def __len__(self):
        return 3


def scale(x, factor):
    return Changing([1, 2, 3])


def energy(x):
    return Changing()


def extremes(x):
    plain = [0.0] * 1000
    ended = threading.Event()

    def change():
        for _ in range(3000):
            plain.append([])
            plain.pop(0)
        ended.set()

    threading.Thread(target=change, daemon=True).start()
    return plain
