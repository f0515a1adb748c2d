"""Tests of the photo cleaning."""
