"""System management: communication settings, standard and warning values, the server's clock (SSEA 5.4.2; CPCIF 6.3).

Leaves accounts and the log to the core, parameters to `library`.
"""
