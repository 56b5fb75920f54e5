"""The designated fingerprint platform."""
