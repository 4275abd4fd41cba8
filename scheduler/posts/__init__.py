"""Posts on social networks, of a campaign or of the helpline: planned by week, written, posted by a person.

The product posts nothing and asks no network. What came of a post is typed afterwards; how often its link to our own
page was opened we count ourselves, by day, without a cookie, an address or anybody else.
Words: post, channel, counter.
"""
