"""Who goes: suggested, offered, answered; absences, substitutes and open calls.

Offers are made and answered for the whole visit. A substitute is sought in waves.
Words: crew, offer, absence, substitute, open call.
"""
