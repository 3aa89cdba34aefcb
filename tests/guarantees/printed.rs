//! No output contains a secret or a file of the machine.
