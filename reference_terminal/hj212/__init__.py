"""HJ 212-2017 frames and data segments, for uplink and collectors alike."""
