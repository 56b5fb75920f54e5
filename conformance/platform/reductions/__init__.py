"""Reductions: green power, changes of process, projects and progress (CPCIF 5.3.2 to 5.3.5; ISC-1 5.1.6, 5.2.7)."""
