"""Answers None, which the comparison of others trips over.

Aims at: taking no answer for no points.
Must not: pass by breaking the comparison.
Verdict: reply
Shown in: naive silence
Graded: yes
"""
def lie(*args):
    return None


scale = extremes = energy = lie
