"""Checks of what a notebook leaves once all of its cells have been run: variables, figures, printed text."""
