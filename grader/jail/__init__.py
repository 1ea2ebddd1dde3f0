"""What runs inside a box to shut it: restrictions that a process puts on itself. Standard library only."""
