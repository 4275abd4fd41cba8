"""Pages of the planner: what a plan is for, how far it is, what came of it."""
