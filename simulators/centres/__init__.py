"""Data centres: receive, acknowledge, store, command, misbehave.

Knows nothing of who sends; tells what happened through `simulators.events`.
"""
