"""Third-party platforms: records and documents."""
