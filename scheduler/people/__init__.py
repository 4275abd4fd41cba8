"""Who works with the product: centres, users, and the presenters they send out.

A user signs in and has roles; a presenter (educator or influencer) is a user who can be assigned.
Skills, languages, weekly availability and its exceptions say what a presenter can be asked to do.
Words: centre, user, presenter, educator, influencer, availability.
"""
