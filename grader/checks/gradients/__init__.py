"""Gradients against differences: of the reference, of the student's own forward, through torch's autograd."""
