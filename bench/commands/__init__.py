"""The commands that join the rooms: a run, its proof, its judgement again. Besides bench.cli only these know every room."""
