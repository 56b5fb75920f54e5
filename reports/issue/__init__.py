"""A report as a laboratory hands it over: numbered, in one language, authorised, complete by ISO/IEC 17025, 7.8.

Leaves the run to `bench.commands` and the working paper of a run to `reports.html`.
"""
