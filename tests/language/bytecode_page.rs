//! `docs/bytecode.md` is what the table of opcodes prints.

#[test]
fn the_reference_page_is_printed_from_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/bytecode.md");
    let page = placet::program::page::page();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &page).expect("docs can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(written, page, "run this test with BLESS=1");
}
