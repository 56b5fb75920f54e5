"""Data that leave the platform for other systems: records passed on, and records taken by an open interface."""
