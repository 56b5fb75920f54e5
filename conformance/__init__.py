"""The cases, the judges, the clause ledger and the defects: what the product certifies with.

Leaves driving the world to `bench` and pictures to `reports`.
"""
