"""From a scenario to a world: which meters and centres, at which addresses, with which points."""
