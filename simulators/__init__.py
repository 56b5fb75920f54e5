"""What a terminal can be wired to: plant, meters, collectors, systems, centres.

Knows nothing of the bench that starts it or of the terminal that reads it; it tells what happened through
`simulators.events`.
"""
