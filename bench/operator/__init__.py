"""A person as a driver of the bench: asked, answered, recorded with name and time, never waited for without end.

Leaves what is asked to rigs and adapters.
"""
