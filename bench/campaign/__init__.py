"""A campaign: one item, one set of documents, several runs, reviews and external results, joined into one statement.

Leaves running to the commands, signatures to `bench.evidence`, and what a statement says to `reports.conformity`.
"""
