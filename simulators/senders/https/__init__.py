"""Senders of records as JSON over HTTP."""
