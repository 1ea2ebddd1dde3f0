"""Speed, growth and memory: how the measured numbers are judged."""
