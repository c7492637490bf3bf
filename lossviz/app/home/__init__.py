"""Home: the guide beside the gallery of every loss."""
