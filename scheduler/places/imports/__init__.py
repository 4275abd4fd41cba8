"""Places as files: a register of hosts, a school calendar, the bells of many schools."""
