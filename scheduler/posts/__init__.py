"""Posts on social networks, of a campaign or of the helpline: planned by week, written, posted by a person.

The product posts nothing and asks no network. What came of a post is typed afterwards. Its short
address leads to a page of ours.
Words: post, channel.
"""
