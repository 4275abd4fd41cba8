"""Words of school requests: what a host asks for, the states a request goes through, what desks show and do."""
