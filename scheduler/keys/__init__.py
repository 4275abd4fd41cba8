"""The second step of staff: an app's codes, passkeys, recovery codes; and the browsers in which somebody is signed in.

A *key* is what somebody has beside her password. A sign-in whose password was right *waits* until the second step is
passed; to every other room it is nobody's. Who has no key yet is led to her first, once her mailbox has answered.
"""
