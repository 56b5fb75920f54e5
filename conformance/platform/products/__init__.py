"""Products and what they are made of: footprints, suppliers, indirect emissions (ISC-1 5.2.4; SSEA 5.4.10)."""
