"""Evidence of a run: who signed what and when, the log of its attempts, and the laboratory's register of runs.

Leaves verdicts to the judges and reports to their room. Nothing here is asked by a case or a judge: a run without a
laboratory's key is as it is with one, but unsigned.
"""
