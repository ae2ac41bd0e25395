//! Tables of text.

/// Lines of columns that stand under their titles; numbers stand at the right.
pub(crate) fn table(titles: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = titles.iter().map(|title| title.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let is_number: Vec<bool> = (0..titles.len())
        .map(|column| {
            let mut cells = rows.iter().filter_map(|row| row.get(column));
            let is_number = |cell: &String| cell.parse::<f64>().is_ok();
            cells.clone().any(is_number) && cells.all(|cell| cell == "-" || is_number(cell))
        })
        .collect();
    let line = |cells: &[String]| {
        let mut out = String::new();
        for (column, cell) in cells.iter().enumerate() {
            let padding = " ".repeat(widths[column].saturating_sub(cell.chars().count()));
            if column > 0 {
                out.push_str("  ");
            }
            if is_number[column] {
                out.push_str(&padding);
                out.push_str(cell);
            } else {
                out.push_str(cell);
                out.push_str(&padding);
            }
        }
        out.trim_end().to_string()
    };
    let titles: Vec<String> = titles.iter().map(ToString::to_string).collect();
    let mut lines = vec![line(&titles)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// The text on one line and no longer than `longest` characters.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    if text.chars().count() <= longest {
        return text;
    }
    text.chars()
        .take(longest.saturating_sub(1))
        .chain("…".chars())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let row = |cells: &[&str]| cells.iter().map(ToString::to_string).collect::<Vec<_>>();
        let text = table(
            &["NAME", "RUNS"],
            &[
                row(&["area", "5"]),
                row(&["a-long-name", "-"]),
                row(&["x", "12"]),
            ],
        );
        assert_eq!(
            text,
            "NAME         RUNS\narea            5\na-long-name     -\nx              12"
        );
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(shortened("one\ntwo", 10), "one two");
        assert_eq!(shortened("abcdef", 4), "abc…");
    }
}
