"""The waiting list: who stands where and why, and the dates to give."""
