"""Carbon accounting: methods as data, quantities that carry unit and substance, exact results with their whole chain.

Leaves acquisition and storage to their rooms: it is given activity data and gives emissions.
"""
