"""Settings: read from TOML with all problems at once, and what was set at run time over them."""
