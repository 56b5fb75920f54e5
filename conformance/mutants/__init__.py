"""Random small faults in the terminal: how much escapes the suite, as a figure.

A defect is broken by a person who knows what a vendor might do; a mutant by chance. Leaves trying them to the command
`prove --mutants`. The terminal's sources are read as texts, never imported here.
"""
