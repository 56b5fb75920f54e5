"""Reporting of emissions: inventory, daily sets, results, explanations, warning limits."""
