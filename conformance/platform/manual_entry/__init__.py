"""Manual entry: what people enter in the place of readings, and what a platform makes of it."""
