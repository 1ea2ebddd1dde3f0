"""The process that runs student code. It knows the protocol and nothing else: no cases, no checks, no answers."""
