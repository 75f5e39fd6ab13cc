"""Runs the AWS provider with a faster monotonic clock; see docs/decisions/0011-provider-clock.md.

The waits of the provider before and between its requests are fixed, and on an emulator they prove
nothing. With a faster clock they take a fraction of the time; the program, its requests, the plan
and the wall clock are the same.
"""
