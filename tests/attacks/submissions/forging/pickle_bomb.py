"""Leaves a pickle that runs code where it is loaded, and answers with objects that would.

Aims at: loading no pickle: only plain data crosses.
Must not: run anything out here.
Verdict: reply
Shown in: naive pickle
Graded: yes
"""
import pickle


class Bomb:
    """Once loaded, an empty file `unpickled` in the working folder."""

    def __reduce__(self):
        return eval, ("open('unpickled', 'w').close() or 100",)


for name in ("results.pkl", "results.pickle", "answers.pkl"):
    try:
        with open(name, "wb") as file:
            pickle.dump(Bomb(), file)
    except OSError:
        continue


def lie(*args):
    return [Bomb(), pickle.dumps(Bomb()), {"again": Bomb()}]


scale = extremes = energy = lie
