"""What the product says to people: the outbox, and the texts of its mails.

A message is an outbox row written in the transaction of the change it tells about, so a rolled-back
change sends nothing and a committed one is never forgotten. It becomes one mail or one short message.
Words: message, outbox, short message.
"""
