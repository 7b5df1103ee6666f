"""Send time: the hour of the day at which a customer reads, from reads and visits, shrunk towards people with the same habits."""
