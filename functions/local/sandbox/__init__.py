"""A stand-in for Zalo's Official Account API, for trial, training and drills.

It is a program of its own: it shares no code with the Zalo client it is used to try, so that
a misreading of the reference cannot hide in both. Rule ids in comments (T2, O6, G3 …) are those
of the project's Zalo reference, section 15.
"""
