"""The planner: who goes where and when, over a region, a term or a country. Pure: no table of its own yet."""
