"""What proves who somebody is: passwords, passkeys, codes, another login."""
