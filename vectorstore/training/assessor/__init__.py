"""Makes the shipped assessor of evidence again: its material, the training, the figures. Needs torch; nothing of it serves."""
