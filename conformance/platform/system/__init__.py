"""System management: users, log, entry, parameters, communication, standard and warning values, clock (SSEA 5.4.2)."""
