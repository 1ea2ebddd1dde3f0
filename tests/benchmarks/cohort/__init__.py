"""Made-up submissions of `losses` of every kind, the same ones for the same seed; see `__main__` for the command."""
