"""Reports: what a run found, on the screen, in HTML, JSON, JUnit and Allure, with a manifest over the run folder.

Leaves judging to the judges: a report shows verdicts and never changes one. Everything is a function of a `RunResult`
and its records, so that the same run always gives the same octets.
"""
