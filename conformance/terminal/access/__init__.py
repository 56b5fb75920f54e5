"""People at the terminal: logins, rights, the audit log, the doors, attacks (ISC-2 7.4.1; R-36 to R-39)."""
