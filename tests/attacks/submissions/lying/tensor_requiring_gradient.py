"""Answers with tensors that NumPy refuses to read: they require a gradient, or are of bfloat16.

Aims at: reading any tensor that crosses; a wrong answer that cannot be read is wrong, no fault of ours.
Must not: trip the comparison, so that the points are taken from what could be earned.
Verdict: reply
Shown in: naive silence
Needs: torch
Graded: yes
"""
import torch


def scale(x, factor):
    return torch.zeros((), dtype=torch.bfloat16)


def extremes(x):
    return torch.zeros((), requires_grad=True), torch.zeros((), dtype=torch.bfloat16)


def energy(x):
    return torch.tensor(float("nan"), requires_grad=True)
