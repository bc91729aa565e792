"""What we claim about the co-pilot, measured anew by one command each. The data is an argument; none of it is kept."""
