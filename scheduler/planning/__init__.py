"""The planner: problem, proposal, tour. It stands empty until the planner moves in."""
