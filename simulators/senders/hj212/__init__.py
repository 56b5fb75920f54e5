"""Senders over HJ 212-2017."""
