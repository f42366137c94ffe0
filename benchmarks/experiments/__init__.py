"""Proofs of experiments that take too long for the tests; outcomes stand in README.md."""
