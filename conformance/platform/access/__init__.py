"""Who may do what at a platform: subjects, tenants, control operations (ISC-1 4.7, 7.2, 7.3; SSEA 5.5.3)."""
