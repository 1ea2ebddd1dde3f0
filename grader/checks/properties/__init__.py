"""Properties of functions: what any right answer has, whatever its values."""
