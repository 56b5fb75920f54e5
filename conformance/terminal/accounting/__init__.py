"""Carbon accounting (核算): figures of sources, units, categories, scopes and the emitter; factors, boundary."""
