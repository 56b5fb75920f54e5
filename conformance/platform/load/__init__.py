"""A platform under load: how soon it answers, how many it serves, what it loses (CPCIF 6.2, 6.3; SSEA 4.2.3, 6.4)."""
