//! Requirements in one spelling.

/// Requirements in one spelling: names in lower case with `-`, sorted, each once.
pub(crate) fn normalise(requirements: &[String]) -> Vec<String> {
    let mut normal: Vec<String> = requirements
        .iter()
        .map(|requirement| {
            let requirement = requirement.trim();
            let end = requirement
                .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
                .unwrap_or(requirement.len());
            let (name, rest) = requirement.split_at(end);
            // A URL or a path is not a name.
            if rest.starts_with([':', '/']) || name.starts_with('.') || name.is_empty() {
                return requirement.to_owned();
            }
            let mut spelled = String::with_capacity(requirement.len());
            for c in name.chars() {
                let c = if matches!(c, '_' | '.') {
                    '-'
                } else {
                    c.to_ascii_lowercase()
                };
                if c != '-' || !spelled.ends_with('-') {
                    spelled.push(c);
                }
            }
            spelled.extend(
                rest.chars()
                    .filter(|c| !c.is_whitespace() || rest.contains(';')),
            );
            spelled
        })
        .collect();
    normal.sort();
    normal.dedup();
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_have_one_spelling() {
        let given =
            ["Requests>=2", "my_Pkg.name == 1.0", "requests>=2", " idna "].map(str::to_owned);
        assert_eq!(
            normalise(&given),
            ["idna", "my-pkg-name==1.0", "requests>=2"]
        );
        assert_eq!(
            normalise(&["https://Host/A_b.whl".to_owned()]),
            ["https://Host/A_b.whl"]
        );
    }
}
