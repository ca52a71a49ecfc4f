//! The language: what is read, what is checked, how it is printed, and that the pages about it are true.

mod bytecode_page;
mod check_messages;
mod check_support;
mod check_tree;
mod condition_messages;
mod diagnostics;
mod layers;
mod listings;
mod mutated_examples;
mod networks;
mod pages;
mod promises;
mod quantifiers;
mod syntax;
mod syntax_map;
mod syntax_parse;
mod syntax_print;
