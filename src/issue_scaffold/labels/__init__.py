"""Labels: as configs write them, as a forge has them, and the way from one to the other."""
