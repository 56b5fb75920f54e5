"""Uplink: HJ 212-2017 towards any number of independent centres.

Leaves the making of records to processing and their durability to storage.
"""
