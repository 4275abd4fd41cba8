"""Pure rules of questions: what a set is, when it may be answered, what has changed."""
