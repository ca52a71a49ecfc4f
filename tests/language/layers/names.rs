//! The names in the code of one file, read with `syn`. Comments, strings and tests do not count.

use std::fs;
use std::path::Path;

use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemStatic, ItemUse, Macro, Meta, StaticMutability, UseTree, Visibility};

/// `crate::token::keys` as its words.
pub type Name = Vec<String>;

#[derive(Default)]
pub struct Names {
    /// What `use` brings in: the word that the file says, and what it is short for. A glob brings in `*`.
    pub imports: Vec<(String, Name)>,
    /// All other names of two words or more.
    pub paths: Vec<Name>,
    /// `#[cfg(test)] mod tests;`: the file of this name is no part of the product.
    pub test_modules: Vec<String>,
    pub has_static_mut: bool,
}

impl Names {
    pub fn of_file(path: &Path) -> Self {
        let file = syn::parse_file(&fs::read_to_string(path).unwrap());
        let mut names = Self::default();
        names.visit_file(&file.unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        names
    }

    /// What `use` brings in, and what is named without it.
    pub fn all(&self) -> impl Iterator<Item = &Name> {
        self.imports.iter().map(|(_, name)| name).chain(&self.paths)
    }

    fn import(&mut self, before: &Name, tree: &UseTree) {
        let with = |word: String| before.iter().cloned().chain([word]).collect::<Name>();
        match tree {
            UseTree::Path(path) => self.import(&with(path.ident.to_string()), &path.tree),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(before, tree)),
            UseTree::Glob(_) => self.imports.push(("*".to_owned(), with("*".to_owned()))),
            UseTree::Name(name) if name.ident == "self" => {
                self.imports.push((before.last().unwrap().clone(), before.clone()));
            }
            UseTree::Name(name) => self.imports.push((name.ident.to_string(), with(name.ident.to_string()))),
            UseTree::Rename(name) if name.ident == "self" => {
                self.imports.push((name.rename.to_string(), before.clone()));
            }
            UseTree::Rename(name) => self.imports.push((name.rename.to_string(), with(name.ident.to_string()))),
        }
    }

    fn name(&mut self, words: Name) {
        if words.len() > 1 {
            self.paths.push(words);
        }
    }

    /// What a macro is given is no tree yet: every run of words with `::` between them is a name.
    fn tokens(&mut self, mut at: Cursor) {
        let mut words = Name::new();
        while !at.eof() {
            if let Some((word, next)) = at.ident() {
                words.push(word.to_string());
                at = match colons(next) {
                    Some(after) if after.ident().is_some() => after,
                    _ => {
                        self.name(std::mem::take(&mut words));
                        next
                    }
                };
            } else if let Some((inside, _, _, next)) = at.any_group() {
                self.tokens(inside);
                at = next;
            } else if let Some((_, next)) = at.token_tree() {
                at = next;
            }
        }
    }
}

/// What comes after `::`.
fn colons(at: Cursor) -> Option<Cursor> {
    let (first, at) = at.punct()?;
    let (second, at) = at.punct()?;
    (first.as_char() == ':' && second.as_char() == ':').then_some(at)
}

/// `#[cfg(test)]` and `#[cfg(doctest)]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        list.path.is_ident("cfg") && matches!(list.tokens.to_string().as_str(), "test" | "doctest")
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        _ => &[],
    }
}

impl<'tree> Visit<'tree> for Names {
    fn visit_item(&mut self, item: &'tree Item) {
        match item {
            Item::Mod(ItemMod { ident, content: None, attrs, .. }) if is_for_tests(attrs) => {
                self.test_modules.push(ident.to_string());
            }
            item if is_for_tests(attributes(item)) => {}
            item => visit::visit_item(self, item),
        }
    }

    fn visit_item_use(&mut self, item: &'tree ItemUse) {
        self.import(&Name::new(), &item.tree);
    }

    fn visit_item_static(&mut self, item: &'tree ItemStatic) {
        self.has_static_mut |= matches!(item.mutability, StaticMutability::Mut(_));
        visit::visit_item_static(self, item);
    }

    fn visit_path(&mut self, path: &'tree syn::Path) {
        self.name(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'tree Macro) {
        self.visit_path(&called.path);
        self.tokens(TokenBuffer::new2(called.tokens.clone()).begin());
    }

    fn visit_attribute(&mut self, attribute: &'tree Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(TokenBuffer::new2(list.tokens.clone()).begin());
        }
    }

    /// `pub(super)` says who may see a thing and uses nothing.
    fn visit_visibility(&mut self, _: &'tree Visibility) {}
}
