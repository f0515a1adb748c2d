"""Building the whole site, beside the generators that could have been taken instead."""
