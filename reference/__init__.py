"""The mathematics: trusted reference implementations, one module per assignment."""
