"""The ground floor: database, clock, errors, audit, words and files. No word of the business."""
