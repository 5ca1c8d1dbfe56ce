//! End to end: the program as users run it.
