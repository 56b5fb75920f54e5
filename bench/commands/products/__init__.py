"""A product that is new to the bench: its profile asked for, written and tried."""
