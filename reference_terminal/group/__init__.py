"""A master and its slaves: the door at which a master takes what its slaves report (CSMT 11.13).

To a slave its master is a centre (`uplink.platforms.master`). What a master makes of their records is made where it
makes all else: sums, emissions and uploads follow a slave's point as they follow one of a meter.
"""
