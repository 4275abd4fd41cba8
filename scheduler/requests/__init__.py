"""What a host asks for, from the first form to the day the date is agreed.

A row is a `school_request` (the bare word belongs to Flask). The mail address is proven before staff see it;
one secret link shows the school its own request.
Words: school request, requested presentation.
"""
