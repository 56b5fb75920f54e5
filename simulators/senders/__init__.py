"""Simulated terminals that send a known truth to a platform: what they send, lose, repeat and spoil on purpose."""
