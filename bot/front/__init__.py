"""What stands between strangers and the desk: who they are, how much they may ask, whose turn it is, what is counted."""
