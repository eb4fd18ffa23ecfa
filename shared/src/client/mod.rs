//! The client's half as a state machine without I/O.
