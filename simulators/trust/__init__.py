"""Trust of the bench: test certificate authorities, and an oracle for SM2, SM3 and SM4 of its own.

Leaves channels and payloads to the centres. Nothing here is a certified product: it is evidence for a test bench.
"""
