"""Questions before and after a presentation: a programme's own set, answered without a name and kept as sums.

Nobody's answers lie together: what is stored is how often each choice was made, of which question, in which class,
before or after. No moment, no address, no device, no text.
Words: question set, edition, round, choice.
"""
