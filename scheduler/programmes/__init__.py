"""What can be asked for, and the campaigns it is part of.

A programme has a topic, audiences, a duration and a crew rule; a campaign has a period and cities.
Words: programme, campaign, crew rule.
"""
