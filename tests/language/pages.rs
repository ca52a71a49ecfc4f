//! The record of what was found names tests that there are. The pages that show commands are run beside the command.

/// All that the tests are made of.
fn sources(folder: &std::path::Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| match path.extension() {
        _ if path.ends_with("target") => String::new(),
        _ if path.is_dir() => sources(&path),
        Some(extension) if extension == "rs" => std::fs::read_to_string(&path).unwrap(),
        _ => String::new(),
    };
    entries.map(read).collect()
}

#[test]
fn every_mistake_of_the_record_has_the_test_that_it_names() {
    let record = include_str!("../../SECURITY.md").split("| test |").nth(1).unwrap();
    let tests = ["tests", "crates"].map(|folder| sources(std::path::Path::new(folder))).concat();
    let rows: Vec<_> = record.lines().skip(2).filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 10, "the record was not found");
    for row in rows {
        let name = row.trim_end_matches(['|', ' ', '`']).rsplit('`').next().unwrap();
        let exists = if name.contains('/') {
            std::path::Path::new(name).exists()
        } else {
            tests.contains(&format!("fn {name}("))
        };
        assert!(exists, "`{name}` is not there: {row}");
    }
}
