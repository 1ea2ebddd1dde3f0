"""Notebooks: read whatever wrote them, put into one text of Python, cut down to what answers need."""
