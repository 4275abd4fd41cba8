"""Pages of the planner, when it moves in."""
