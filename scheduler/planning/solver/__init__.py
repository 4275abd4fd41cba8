"""The planner's engine: a greedy start, a search over neighbourhoods, proof, reasons, repair. Data in, data out."""
