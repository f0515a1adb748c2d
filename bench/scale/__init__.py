"""Counting what a tip costs on AWS, and whether it stays the same as tips and load grow."""
