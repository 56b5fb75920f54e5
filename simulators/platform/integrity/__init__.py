"""Stored data are what came in: seals of everything taken, traces both ways, backups (ISC-1 4.4, 7.3; CPCIF 8.4).

Leaves who may see what to the machinery. Modules: `seals`, `traces`, `backups`.
"""
