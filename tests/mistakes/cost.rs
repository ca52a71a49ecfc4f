//! What a decision may cost, whoever wrote the program.
