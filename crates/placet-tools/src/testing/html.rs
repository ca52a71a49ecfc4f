//! Self-contained pages: one HTML file with its style inside, without scripts, readable in light
//! and dark mode.

/// The whole page around `body`, which is already HTML.
#[must_use]
pub fn page(title: &str, body: &str) -> String {
    let (title, style) = (escaped(title), include_str!("page.css"));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
}

/// Escapes text for HTML, also inside a quoted attribute.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_policy_can_not_become_markup() {
        assert_eq!(escaped(r#"<a href="x">&'"#), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }

    #[test]
    fn a_page_loads_nothing_and_runs_nothing() {
        let page = page("<t>", "<p>b</p>");
        assert!(page.contains("<title>&lt;t&gt;</title>"));
        assert!(!page.contains("<script") && !page.contains("http:") && !page.contains("https:"), "{page}");
    }
}
