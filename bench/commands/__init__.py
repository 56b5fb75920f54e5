"""Commands that join the rooms: a run, its proof, its judgement again; besides bench.cli only they know all of them."""
